//! `bkhelm helm version`, `env` and `plugin list`: what helm says about itself. helmfile asks for it.

use super::Arguments;
use crate::cli::{HelmEnv, HelmPlugin, HelmVersion, PluginCommand};
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};
use crate::fetch::HelmPaths;
use crate::golang::fmt::sprintf;
use crate::gotmpl::{Engine, Environment, FunctionTable, Options, TemplateSet, funcs};
use crate::render::helm_version;

/// `helm version`: the version of helm whose bytes are printed.
pub fn version(run: &Run, args: &HelmVersion) -> Result<()> {
    Arguments::None.check("version", "version", &args.arguments)?;
    let about = helm_version(run.profile);
    let Some(template) = args.template.as_ref().filter(|template| !template.is_empty()) else {
        let text = if args.short { run.profile.helm_version.into() } else { sprintf(b"%#v", &[about]) };
        return run.write(&[text.as_bytes(), b"\n"].concat());
    };
    let refused = |text: String| Error::new(Kind::Usage, text);
    let functions = FunctionTable::new(&[funcs::builtin::FAMILY]).map_err(refused)?;
    let engine = Engine::new(functions.into(), Options { limits: run.setting.limits, ..Options::default() });
    let program = engine.parse("_", template.as_str()).map_err(|error| refused(error.to_string()))?;
    let mut set = TemplateSet::new(&engine, "_");
    set.add(&program);
    let mut out = Vec::new();
    let done = set.execute("_", &about, &Environment { world: run, context: &() }, &mut out);
    run.write(&out)?;
    done.map_err(|error| refused(error.to_string()))
}

/// `helm env`: helm's settings, or one of them.
pub fn env(run: &Run, args: &HelmEnv) -> Result<()> {
    Arguments::AtMost(1).check("env", "env", &args.names)?;
    let settings = settings(run);
    let mut out = String::new();
    match args.names.first() {
        None => settings.iter().for_each(|(name, value)| out.push_str(&format!("{name}=\"{value}\"\n"))),
        Some(wanted) => {
            out.push_str(settings.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str()));
            out.push('\n');
        }
    }
    run.write(out.as_bytes())
}

/// `helm plugin list`: a table without rows, since there is nothing that plugins could add.
pub fn plugin(run: &Run, args: &HelmPlugin) -> Result<()> {
    let PluginCommand::List(_) = &args.command;
    run.write(if run.profile.lists_plugin_types {
        b"NAME\tVERSION\tTYPE\tAPIVERSION\tPROVENANCE\tSOURCE\n"
    } else {
        b"NAME\tVERSION\tDESCRIPTION\n"
    })
}

/// helm's settings by name, in order (helm pkg/cli/environment.go).
fn settings(run: &Run) -> Vec<(&'static str, String)> {
    let host = run.host();
    let variable = |name: &str, usual: &str| host.variable(name).filter(|value| !value.is_empty()).unwrap_or_else(|| usual.to_owned());
    let paths = HelmPaths::from_environment(host);
    let shown = |path: &std::path::Path| path.display().to_string();
    let namespace = if run.request.namespace.is_empty() { "default".to_owned() } else { run.request.namespace.clone() };
    let mut settings = vec![
        ("HELM_BIN", run.called.clone()),
        ("HELM_BURST_LIMIT", variable("HELM_BURST_LIMIT", "100")),
        ("HELM_CACHE_HOME", shown(&paths.cache_home)),
        ("HELM_CONFIG_HOME", shown(&paths.config_home)),
    ];
    if run.profile.lists_plugin_types {
        settings.push(("HELM_CONTENT_CACHE", shown(&paths.content_cache)));
    }
    settings.extend([
        ("HELM_DATA_HOME", shown(&paths.data_home)),
        ("HELM_DEBUG", run.debug.to_string()),
        ("HELM_KUBEAPISERVER", variable("HELM_KUBEAPISERVER", "")),
        ("HELM_KUBEASGROUPS", variable("HELM_KUBEASGROUPS", "")),
        ("HELM_KUBEASUSER", variable("HELM_KUBEASUSER", "")),
        ("HELM_KUBECAFILE", variable("HELM_KUBECAFILE", "")),
        ("HELM_KUBECONTEXT", variable("HELM_KUBECONTEXT", "")),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", variable("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "false")),
        ("HELM_KUBETLS_SERVER_NAME", variable("HELM_KUBETLS_SERVER_NAME", "")),
        ("HELM_KUBETOKEN", variable("HELM_KUBETOKEN", "")),
        ("HELM_MAX_HISTORY", variable("HELM_MAX_HISTORY", "10")),
        ("HELM_NAMESPACE", namespace),
        ("HELM_PLUGINS", variable("HELM_PLUGINS", &shown(&paths.data_home.join("plugins")))),
        ("HELM_QPS", variable("HELM_QPS", "0.00")),
        ("HELM_REGISTRY_CONFIG", variable("HELM_REGISTRY_CONFIG", &shown(&paths.config_home.join("registry/config.json")))),
        ("HELM_REPOSITORY_CACHE", shown(&paths.repository_cache)),
        ("HELM_REPOSITORY_CONFIG", shown(&paths.repositories)),
    ]);
    settings
}
