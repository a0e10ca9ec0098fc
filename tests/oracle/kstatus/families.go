package main

import "math/rand"

var (
	counts     = n(unset, 0, 1, 2, 3)
	generation = axis{"metadata.generation", n(unset, 1, 2)}
	observed   = axis{"status.observedGeneration", n(unset, 2)}
)

// statusFamilies are the kinds and fields that kstatus looks at.
func statusFamilies() []family {
	deleted := axis{"metadata.deletionTimestamp", n(unset, unset, unset, "2026-01-01T00:00:00Z")}
	generic := conds
	families := []family{
		{"apps/v1", "Deployment", []axis{
			{"spec.replicas", n(unset, 0, 1, 2, 2)},
			{"status.replicas", n(unset, 1, 2, 3)},
			{"status.updatedReplicas", n(unset, 1, 2, 2)},
			{"status.availableReplicas", n(unset, 1, 2, 2)},
			{"status.readyReplicas", n(unset, 1, 2, 2)},
			{"spec.progressDeadlineSeconds", n(unset, 600, 600, 2147483647)},
			{"status.conditions", n(unset,
				conds("Progressing=True/NewReplicaSetAvailable/ok", "Available=True/MinimumReplicasAvailable/ok"),
				conds("Progressing=True/NewReplicaSetAvailable/ok", "Available=False/MinimumReplicasUnavailable/no"),
				conds("Progressing=True/ReplicaSetUpdated/going", "Available=True/x/y"),
				conds("Available=True", "Progressing=False/ProgressDeadlineExceeded/late"),
				conds("Available=True"))},
		}, 90},
		{"apps/v1", "Deployment", []axis{
			{"spec.replicas", n(2)}, {"status.replicas", n(2)}, {"status.updatedReplicas", n(2)},
			{"status.availableReplicas", n(1, 2)}, {"status.readyReplicas", n(1, 2)},
			{"spec.progressDeadlineSeconds", n(unset, 600)},
			{"status.conditions", n(conds("Progressing=True/NewReplicaSetAvailable/ok", "Available=True/a/b"),
				conds("Progressing=True/ReplicaSetUpdated/ok", "Available=True/a/b"), conds("Available=False"))},
			generation, observed,
		}, 80},
		{"extensions/v1beta1", "Deployment", []axis{{"status.replicas", counts}}, 5},
		{"apps/v1", "ReplicaSet", []axis{
			{"spec.replicas", n(unset, 0, 2)}, {"status.replicas", n(unset, 2, 3)}, {"status.fullyLabeledReplicas", n(1, 2, 3)},
			{"status.availableReplicas", n(1, 2)}, {"status.readyReplicas", n(1, 2)},
			{"status.conditions", n(unset, unset, conds("ReplicaFailure=True/FailedCreate/quota"), conds("ReplicaFailure=False"))},
		}, 60},
		{"apps/v1", "StatefulSet", []axis{
			{"spec.updateStrategy.type", n(unset, "RollingUpdate", "RollingUpdate", "OnDelete")},
			{"spec.replicas", n(unset, 2, 2)}, {"status.replicas", n(unset, 1, 2, 2, 3)}, {"status.readyReplicas", n(1, 2, 2)},
			{"status.currentReplicas", n(unset, 2, 2)}, {"status.updatedReplicas", n(unset, 1, 2)},
			{"spec.updateStrategy.rollingUpdate.partition", n(unset, unset, 0, 1)},
			{"status.currentRevision", n(unset, "a", "b")}, {"status.updateRevision", n(unset, "a", "b", "b")},
		}, 120},
		{"apps/v1", "DaemonSet", []axis{
			generation, {"status.observedGeneration", n(unset, 1, 2)}, {"status.desiredNumberScheduled", n(unset, 0, 2)},
			{"status.currentNumberScheduled", n(unset, 2)}, {"status.updatedNumberScheduled", n(1, 2, 2)},
			{"status.numberAvailable", n(1, 2, 2)}, {"status.numberReady", n(1, 2, 2)},
		}, 100},
		{"v1", "Pod", []axis{
			{"status.phase", n(unset, "Pending", "Running", "Succeeded", "Failed", "Unknown", "Odd")},
			{"metadata.creationTimestamp", n("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z")},
			{"status.conditions", n(unset, conds("Ready=True"), conds("Ready=False/ContainersNotReady/no"),
				conds("PodScheduled=False/Unschedulable/0 of 1 nodes"), conds("PodScheduled=False/SchedulingGated/gate"))},
			{"status.containerStatuses", n(unset, crash("a"), crash("a", "b"), waiting("ImagePullBackOff"))},
		}, 110},
		{"v1", "PersistentVolumeClaim", []axis{{"status.phase", n(unset, "Pending", "Bound", "Lost", 3)}, deleted}, 20},
		{"v1", "Service", []axis{{"spec.type", n(unset, "ClusterIP", "LoadBalancer", "NodePort", "ExternalName")},
			{"spec.clusterIP", n(unset, "", "None", "10.0.0.1")}}, 20},
		{"batch/v1", "Job", []axis{
			{"spec.parallelism", n(unset, 2)}, {"spec.completions", n(unset, 3)}, {"status.succeeded", n(unset, 1)},
			{"status.active", n(unset, 1)}, {"status.failed", n(unset, 4)}, {"status.startTime", n(unset, "2026-01-01T00:00:00Z")},
			{"status.conditions", n(unset, unset, conds("Complete=True"), conds("Failed=True/BackoffLimitExceeded/limit"),
				conds("Failed=False", "Complete=True"), conds("Suspended=True"))},
		}, 70},
		{"apiextensions.k8s.io/v1", "CustomResourceDefinition", []axis{{"status.conditions", n(unset,
			conds("NamesAccepted=True/NoConflicts/ok", "Established=True/InitialNamesAccepted/ok"),
			conds("NamesAccepted=False/Conflict/taken", "Established=False/NotAccepted/no"),
			conds("Established=False/Installing/soon"), conds("Established=False/NotAccepted/no"), conds("Terminating=False"),
			conds("Established=True", "NamesAccepted=False/Late/late"))}, generation}, 20},
	}
	custom := n(unset, generic("Ready=True/a/b"), generic("Ready=False/a/not yet"), generic("Ready=Unknown/a/who knows"), generic("Ready=Maybe"),
		generic("Ready=Maybe", "Ready=True"), generic("Reconciling=True/r/working"), generic("Reconciling=False", "Ready=False/x/y"),
		generic("Stalled=True/s/stuck"), generic("Ready=True", "Stalled=True/s/stuck"), generic("Reconciling=True/r/first", "Stalled=True/s/second"),
		generic("Synced=False/a/b"), "not a list", n(3), n(map[string]any{"type": 3}), n(nil))
	for _, kind := range [][2]string{{"example.com/v1", "Widget"}, {"v1", "ConfigMap"}, {"policy/v1", "PodDisruptionBudget"}, {"batch/v1", "CronJob"}} {
		families = append(families, family{kind[0], kind[1], []axis{{"status.conditions", custom}, generation, observed, deleted}, 60})
	}
	odd := n(unset, "text", 3, 1.5, nil, map[string]any{})
	return append(families,
		family{"v1", "Secret", []axis{deleted, {"metadata.generation", n(unset, 1)}}, 8},
		family{"example.com/v1", "Widget", []axis{{"metadata.generation", odd}, {"status.observedGeneration", odd}}, 36},
		family{"example.com/v1", "Widget", []axis{{"metadata.deletionTimestamp", odd}, {"status", odd}}, 36},
		family{"apps/v1", "Deployment", []axis{{"spec.replicas", odd}, {"status", n("text", map[string]any{"replicas": 1})}}, 12},
	)
}

func container(name string, state map[string]any) map[string]any {
	return map[string]any{"name": name, "state": state}
}

func crash(names ...string) any {
	list := n(container("fine", map[string]any{"running": map[string]any{}}))
	for _, name := range names {
		list = append(list, container(name, map[string]any{"waiting": map[string]any{"reason": "CrashLoopBackOff"}}))
	}
	return list
}

func waiting(reason string) any {
	return n(container("a", map[string]any{"waiting": map[string]any{"reason": reason}}))
}

// legacyFamilies are the kinds and fields that helm's checker looks at; servers set what is not left out here.
func legacyFamilies() []family {
	return []family{
		{"v1", "Pod", []axis{{"status.conditions", n(unset, conds("Ready=True"), conds("Ready=False"), conds("PodScheduled=True"))}}, 4},
		{"batch/v1", "Job", []axis{{"spec.backoffLimit", n(0, 6)}, {"spec.completions", n(unset, 1, 3)},
			{"status.succeeded", n(unset, 1, 3)}, {"status.failed", n(unset, 1, 7)}}, 40},
		{"apps/v1", "Deployment", []axis{
			{"metadata.uid", n("deployment")}, {"spec.selector.matchLabels", n(map[string]any{"app": "x"})},
			{"spec.template", n(template("v1"))}, {"spec.replicas", n(0, 1, 3, 4)}, {"spec.paused", n(unset, unset, unset, true)},
			{"spec.strategy.type", n("RollingUpdate", "RollingUpdate", "Recreate")},
			{"spec.strategy.rollingUpdate.maxSurge", n("25%", 0, 1)},
			{"spec.strategy.rollingUpdate.maxUnavailable", n("25%", "50%", 0, 1, 9, "odd")},
			{"metadata.generation", n(2)}, {"status.observedGeneration", n(1, 2, 2, 2)},
		}, 150},
		{"v1", "PersistentVolumeClaim", []axis{{"status.phase", n(unset, "Pending", "Bound", "Lost")}}, 4},
		{"v1", "Service", []axis{{"spec.type", n("ClusterIP", "LoadBalancer", "NodePort", "ExternalName")},
			{"spec.clusterIP", n(unset, "None", "10.0.0.1")}, {"spec.externalIPs", n(unset, n("1.2.3.4"))},
			{"status.loadBalancer.ingress", n(unset, n(map[string]any{"ip": "1.2.3.4"}))}}, 48},
		{"apps/v1", "DaemonSet", []axis{
			{"metadata.generation", n(2)}, {"status.observedGeneration", n(1, 2, 2)},
			{"spec.updateStrategy.type", n("RollingUpdate", "RollingUpdate", "OnDelete")},
			{"spec.updateStrategy.rollingUpdate.maxUnavailable", n(1, 0, "10%", "60%", "odd")},
			{"status.desiredNumberScheduled", n(0, 1, 3)}, {"status.updatedNumberScheduled", n(0, 1, 3)}, {"status.numberReady", n(0, 1, 2, 3)},
		}, 120},
		{"apps/v1", "StatefulSet", []axis{
			{"metadata.generation", n(2)}, {"status.observedGeneration", n(1, 2, 2)},
			{"spec.updateStrategy.type", n("RollingUpdate", "RollingUpdate", "OnDelete")},
			{"spec.updateStrategy.rollingUpdate.partition", n(unset, 0, 1)}, {"spec.replicas", n(unset, 2)},
			{"status.updatedReplicas", n(0, 1, 2)}, {"status.readyReplicas", n(0, 1, 2)},
			{"status.currentRevision", n("a")}, {"status.updateRevision", n("a", "b")},
		}, 120},
		{"v1", "ReplicationController", []axis{{"metadata.generation", n(1)}, {"status.observedGeneration", n(0, 1)},
			{"spec.selector", n(map[string]any{"app": "x"})}}, 2},
		{"apps/v1", "ReplicaSet", []axis{{"metadata.generation", n(1)}, {"status.observedGeneration", n(0, 1)}, {"metadata.uid", n("set", "set", "set")},
			{"spec.selector.matchLabels", n(map[string]any{"app": "x"})}}, 6},
		{"v1", "ConfigMap", nil, 1},
		{"networking.k8s.io/v1", "Ingress", nil, 1},
	}
}

func template(image string) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"app": "x"}},
		"spec":     map[string]any{"containers": n(map[string]any{"name": "c", "image": image})},
	}
}

// beside makes what stands beside an object: a Deployment's ReplicaSets, pods.
func beside(object map[string]any, random *rand.Rand) []map[string]any {
	others := []map[string]any{}
	switch object["kind"] {
	case "Deployment":
		for at := range random.Intn(3) {
			made := template([]string{"v1", "v0"}[(at+random.Intn(2))%2])
			set(made, "metadata.labels.pod-template-hash", "abc")
			set := map[string]any{
				"apiVersion": "apps/v1", "kind": "ReplicaSet",
				"metadata": map[string]any{"name": string(rune('a' + at)), "namespace": "ns", "generation": 1, "labels": map[string]any{"app": "x"},
					"creationTimestamp": []string{"2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"}[at],
					"ownerReferences":   n(map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "name": "x", "uid": "deployment", "controller": true})},
				"spec":   map[string]any{"template": made},
				"status": map[string]any{"readyReplicas": random.Intn(4), "observedGeneration": []int{1, 1, 1, 0}[random.Intn(4)]},
			}
			others = append(others, set)
		}
	case "ReplicaSet", "ReplicationController":
		for at := range random.Intn(3) {
			others = append(others, map[string]any{
				"apiVersion": "v1", "kind": "Pod",
				"metadata": map[string]any{"name": string(rune('p' + at)), "namespace": "ns", "labels": map[string]any{"app": "x"}},
				"status":   map[string]any{"conditions": conds([]string{"Ready=True", "Ready=True", "Ready=False"}[random.Intn(3)])},
			})
		}
	}
	return others
}
