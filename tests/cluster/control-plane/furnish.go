package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// What a cluster has that nobody installs: how many nodes, and volumes to claim.
const (
	nodes   = 3
	volumes = 100
)

//go:embed stages.yaml
var stages string

// Two lines that every container logged, in the form in which a container runtime keeps them.
const containerLog = `2026-01-02T03:04:05.000000006Z stdout F starting up
2026-01-02T03:04:06.000000007Z stderr F listening on :8080
`

// What a container named "broken" logged.
const brokenLog = `2026-01-02T03:04:05.000000006Z stdout F connecting to the database
2026-01-02T03:04:06.000000007Z stderr F fatal: connection refused
`

// writeKubelets writes kwok's configuration: the stages, and where the logs of containers are.
func (p *plane) writeKubelets() error {
	log, broken := p.file("container.log"), p.file("container-broken.log")
	logs := fmt.Sprintf(`
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: {name: all}
spec:
  logs:
  - {containers: [broken], logsFile: %q, previousLogsFile: %q}
  - {logsFile: %q, previousLogsFile: %q}
`, broken, broken, log, log)
	for path, text := range map[string]string{log: containerLog, broken: brokenLog, p.file("kubelets.yaml"): stages + logs} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// call asks the API server as the administrator. An object that is there already is no error.
func (p *plane) call(method, path string, body any) ([]byte, error) {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		text = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, p.url()+path, text)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer admin-token")
	request.Header.Set("Content-Type", "application/json")
	response, err := clientFor(p.access.authority).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 400 && response.StatusCode != http.StatusConflict {
		err = fmt.Errorf("%s %s: %s %s", method, path, response.Status, answer)
	}
	return answer, err
}

// clientFor is a client that trusts that authority.
func clientFor(authority []byte) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}, Timeout: 30 * time.Second}
}

// wait asks until there is no error, for two minutes at most.
func (p *plane) wait(what string, there func() error) error {
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = there(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s is not ready: %w", what, err)
}

func (p *plane) serves() error {
	_, err := p.call("GET", "/readyz", nil)
	return err
}

type object = map[string]any

func node(name string) object {
	amounts := object{"cpu": "256", "memory": "1Ti", "pods": "1000", "ephemeral-storage": "10Ti"}
	return object{
		"apiVersion": "v1", "kind": "Node",
		"metadata": object{
			"name":        name,
			"annotations": object{"kwok.x-k8s.io/node": "fake"},
			"labels":      object{"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
		},
		"status": object{"allocatable": amounts, "capacity": amounts},
	}
}

func volume(name string) object {
	return object{
		"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"name": name},
		"spec": object{
			"capacity":                      object{"storage": "1Ti"},
			"accessModes":                   []string{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
			"persistentVolumeReclaimPolicy": "Retain",
			"hostPath":                      object{"path": "/data/" + name},
		},
	}
}

// The right to look at everything, and who has it.
func readers() (role, binding object) {
	look := []string{"get", "list", "watch"}
	role = object{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": object{"name": "control-plane-reader"},
		"rules": []object{
			{"apiGroups": []string{"*"}, "resources": []string{"*"}, "verbs": look},
			{"nonResourceURLs": []string{"*"}, "verbs": []string{"get"}},
		},
	}
	binding = object{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": object{"name": "control-plane-reader"},
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "control-plane-reader"},
		"subjects": []object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader"}},
	}
	return role, binding
}

// furnish makes what a cluster has, and waits until pods can be made.
func (p *plane) furnish() error {
	type creation struct {
		path string
		body object
	}
	role, binding := readers()
	const rbac = "/apis/rbac.authorization.k8s.io/v1"
	creations := []creation{{rbac + "/clusterroles", role}, {rbac + "/clusterrolebindings", binding}}
	for at := 1; at <= nodes; at++ {
		creations = append(creations, creation{"/api/v1/nodes", node(fmt.Sprintf("node-%d", at))})
	}
	for at := 1; at <= volumes; at++ {
		creations = append(creations, creation{"/api/v1/persistentvolumes", volume(fmt.Sprintf("volume-%03d", at))})
	}
	for _, one := range creations {
		if _, err := p.call("POST", one.path, one.body); err != nil {
			return err
		}
	}
	return p.wait("the cluster", p.furnished)
}

// furnished says what is missing still: ready nodes, and the service account that pods get.
func (p *plane) furnished() error {
	answer, err := p.call("GET", "/api/v1/nodes", nil)
	if err != nil {
		return err
	}
	if ready := strings.Count(string(answer), `"reason":"KubeletReady"`); ready < nodes {
		return fmt.Errorf("%d of %d nodes", ready, nodes)
	}
	_, err = p.call("GET", "/api/v1/namespaces/default/serviceaccounts/default", nil)
	return err
}
