//! How the cluster is looked at: watches that break, rights that are missing.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::super::{Strategy, WaitOptions};
use super::fake::{Fake, refused};
use super::objects::{For, deployment, object, seconds, wait};
use crate::cluster::Event;

#[tokio::test(start_paused = true)]
async fn changes_are_told_once_each() {
    let (fake, cluster) = Fake::new().await;
    let (web, settings) = (deployment("web", false), object("v1", "ConfigMap", "settings", json!({})));
    fake.put(web.clone());
    fake.put(settings.clone());
    let script = async {
        sleep(Duration::from_secs(5)).await;
        fake.put(deployment("web", true));
    };
    let came = wait(&cluster, For::Ready, &[&settings, &web], seconds(60), script).await;
    assert_eq!(came.error(), "nothing");
    assert!(came.seconds >= 5.0 && came.seconds < 5.2, "{}", came.seconds);
    let always = "Current Resource is always ready";
    let told = [format!("{always}; InProgress Available: 0/1"), format!("{always}; Current Deployment is available. Replicas: 1")];
    assert_eq!(came.told(), told);
    // What is ready by being there is read by name, once.
    let maps = fake.asked().into_iter().filter(|asked| asked.contains("configmaps")).collect::<Vec<_>>();
    assert_eq!(maps, ["GET /api/v1/namespaces/ns/configmaps/settings"]);
}

#[tokio::test(start_paused = true)]
async fn watches_that_break_go_on() {
    for forget in [false, true] {
        let (fake, cluster) = Fake::new().await;
        let web = deployment("web", false);
        fake.put(web.clone());
        let script = async {
            for _ in 0..3 {
                sleep(Duration::from_secs(4)).await;
                fake.put(object("apps/v1", "Deployment", "other", json!({})));
                fake.drop_watches(forget);
            }
            fake.put(deployment("web", true));
        };
        let came = wait(&cluster, For::Ready, &[&web], seconds(60), script).await;
        assert_eq!(came.error(), "nothing");
        assert!(came.seconds < 15.0, "{}", came.seconds);
        let lists = fake.asked().iter().filter(|asked| asked.as_str() == "GET /apis/apps/v1/namespaces/ns/deployments").count();
        assert_eq!(lists, if forget { 4 } else { 1 }, "listed again only where it has to be");
    }
}

#[tokio::test(start_paused = true)]
async fn rights_to_read_suffice() {
    for denied in ["watch", "list"] {
        let (fake, cluster) = Fake::new().await;
        let (web, other) = (deployment("web", false), deployment("other", true));
        fake.put(web.clone());
        fake.put(other.clone());
        fake.refuse(move |call, watch| {
            let list = !watch && call.path.ends_with('s') && call.path.contains("/namespaces/");
            (watch || denied == "list" && list).then(|| refused(403, "Forbidden"))
        });
        let script = async {
            sleep(Duration::from_secs(7)).await;
            fake.put(deployment("web", true));
        };
        let came = wait(&cluster, For::Ready, &[&web, &other], seconds(60), script).await;
        assert_eq!(came.error(), "nothing", "without the right to {denied}");
        assert!(came.seconds < 10.0, "{}", came.seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn without_any_right_the_wait_ends_at_once() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.refuse(|call, _| call.path.contains("/namespaces/").then(|| refused(403, "Forbidden")));
    let came = wait(&cluster, For::Ready, &[&web], seconds(60), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds < 1.0), ("the test says Forbidden", true));
    assert_eq!(came.result.unwrap_err().fault.map(|fault| fault.code), Some(403));
}

#[tokio::test(start_paused = true)]
async fn a_server_in_trouble_is_asked_until_it_answers() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", true);
    fake.put(web.clone());
    let start = tokio::time::Instant::now();
    fake.refuse(move |_, _| (start.elapsed() < Duration::from_secs(70)).then(|| refused(503, "ServiceUnavailable")));
    let came = wait(&cluster, For::Ready, &[&web], seconds(120), async {}).await;
    assert_eq!(came.error(), "nothing");
    assert!(came.seconds > 69.0 && came.seconds < 90.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn without_a_look_at_pods_the_wait_goes_on_and_says_so() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.refuse(|call, _| (call.path.ends_with("/pods") || call.path.ends_with("/replicasets")).then(|| refused(403, "Forbidden")));
    let script = async {
        sleep(Duration::from_secs(20)).await;
        fake.put(deployment("web", true));
    };
    let came = wait(&cluster, For::Ready, &[&web], seconds(60), script).await;
    assert_eq!(came.error(), "nothing");
    let warnings = came.events.iter().filter(|event| matches!(event, Event::Warning { .. })).count();
    assert_eq!(warnings, 2);
    fake.put(web.clone());
    let older = WaitOptions { strategy: Strategy::Legacy, ..seconds(60) };
    let came = wait(&cluster, For::Ready, &[&web], older, async {}).await;
    assert_eq!((came.error().as_str(), came.seconds < 1.0), ("the test says Forbidden", true), "which needs the ReplicaSet");
}
