//! `bkhelm cluster`: what is asked about a cluster itself.

use std::str::FromStr;

use clap::{Args, Subcommand};

/// `bkhelm cluster`
#[derive(Debug, Args)]
pub struct ClusterArgs {
    /// What.
    #[command(subcommand)]
    pub command: ClusterCommand,
}

/// What is asked about a cluster.
#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Print who the cluster is: what .bkhelm.yaml and --expect-cluster take
    Identity,
    /// Write what charts see of the cluster to a file: versions, kinds, CRDs, namespaces, classes, and the objects that are asked for
    Capture(CaptureArgs),
}

/// `bkhelm cluster capture`
#[derive(Debug, Args)]
pub struct CaptureArgs {
    /// The file; --cluster-facts takes it
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Objects that charts look up: Secret/bk/tls, ConfigMap/bk, Ingress. Several may be given
    #[arg(long, value_name = "KIND[/NAMESPACE[/NAME]]")]
    pub object: Vec<ObjectChoice>,
    /// Write the data of Secrets too, to a file for your eyes only
    #[arg(long)]
    pub with_secrets: bool,
}

/// Which objects are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChoice {
    /// `Deployment`, or with its group where several have the kind: `Ingress.networking.k8s.io`.
    pub kind: String,
    /// Empty for all namespaces.
    pub namespace: String,
    /// Empty for all.
    pub name: String,
}

impl FromStr for ObjectChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '/').map(str::to_owned);
        let kind = parts.next().filter(|kind| !kind.is_empty()).ok_or("expected KIND, KIND/NAMESPACE or KIND/NAMESPACE/NAME")?;
        Ok(Self { kind, namespace: parts.next().unwrap_or_default(), name: parts.next().unwrap_or_default() })
    }
}
