package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"time"
)

// Users with a token. Any other token is refused with 401.
var users = []struct{ name, token, groups string }{
	{"admin", "admin-token", "system:masters"},
	{"reader", "reader-token", ""},
	{"nobody", "nobody-token", ""},
}

// access is who may come in, and how.
type access struct {
	// authority is the PEM of the certificate that signed the others.
	authority []byte
}

// pair is a certificate with its key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem, keyPEM []byte
}

func block(kind string, bytes []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
}

// issue makes a key and a certificate for it, signed by `by`, or by itself.
func issue(template *x509.Certificate, by *pair) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(7*24*time.Hour)
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &pair{certificate, key, block("CERTIFICATE", der), block("EC PRIVATE KEY", keyDER)}, nil
}

// makeAccess writes keys, certificates, tokens and kubeconfigs into the plane's folder.
func makeAccess(p *plane) (*access, error) {
	authority, err := issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "control-plane-ca"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, nil)
	if err != nil {
		return nil, err
	}
	server, err := issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "control-plane"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}, DNSNames: []string{"localhost", "kubernetes.default.svc"},
	}, authority)
	if err != nil {
		return nil, err
	}
	// The group is what makes this user an administrator.
	user, err := issue(&x509.Certificate{
		Subject:  pkix.Name{CommonName: "certificate-admin", Organization: []string{"system:masters"}},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, authority)
	if err != nil {
		return nil, err
	}
	account, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	accountKey, err := x509.MarshalECPrivateKey(account)
	if err != nil {
		return nil, err
	}
	accountPublic, err := x509.MarshalPKIXPublicKey(&account.PublicKey)
	if err != nil {
		return nil, err
	}
	var tokens strings.Builder
	for _, user := range users {
		fmt.Fprintf(&tokens, "%s,%s,%s,%q\n", user.token, user.name, user.name, user.groups)
	}
	files := map[string][]byte{
		"ca.crt": authority.pem, "server.crt": server.pem, "server.key": server.keyPEM,
		"account.key": block("EC PRIVATE KEY", accountKey), "account.pub": block("PUBLIC KEY", accountPublic),
		"tokens.csv": []byte(tokens.String()),
	}
	for name, text := range kubeconfigs(p, authority, user) {
		files[name] = []byte(text)
	}
	for name, bytes := range files {
		if err := os.WriteFile(p.file(name), bytes, 0o600); err != nil {
			return nil, err
		}
	}
	return &access{authority: authority.pem}, nil
}

// kubeconfig is the text of one: its current context, and lines of clusters, users and contexts.
func kubeconfig(current string, clusters, users, contexts []string) string {
	text := "apiVersion: v1\nkind: Config\n"
	for _, list := range []struct {
		name  string
		items []string
	}{{"clusters", clusters}, {"users", users}, {"contexts", contexts}} {
		text += list.name + ":\n"
		for _, item := range list.items {
			text += "- " + item + "\n"
		}
	}
	return text + "current-context: " + current + "\n"
}

// kubeconfigs are the files by name. Where there is one context, it has its user's name.
func kubeconfigs(p *plane, authority, certificate *pair) map[string]string {
	base64 := base64.StdEncoding.EncodeToString
	plain := fmt.Sprintf("{name: test, cluster: {server: %q, certificate-authority-data: %s}}", p.url(), base64(authority.pem))
	proxied := fmt.Sprintf("{name: test, cluster: {server: \"http://127.0.0.1:%d\"}}", p.proxy)
	user := func(name, token string) string { return fmt.Sprintf("{name: %s, user: {token: %s}}", name, token) }
	context := func(name, cluster, user, namespace string) string {
		return fmt.Sprintf("{name: %s, context: {cluster: %s, user: %s, namespace: %s}}", name, cluster, user, namespace)
	}
	alone := func(name, cluster, user string) string {
		return kubeconfig(name, []string{cluster}, []string{user}, []string{context(name, "test", name, "default")})
	}
	files := map[string]string{}
	for _, one := range users {
		name := "kubeconfig-" + one.name
		if one.name == "admin" {
			name = "kubeconfig"
		}
		files[name] = alone(one.name, plain, user(one.name, one.token))
	}
	files["kubeconfig-expired"] = alone("expired", plain, user("expired", "expired-token"))
	files["kubeconfig-certificate"] = alone("certificate", plain, fmt.Sprintf(
		"{name: certificate, user: {client-certificate-data: %s, client-key-data: %s}}", base64(certificate.pem), base64(certificate.keyPEM)))
	files["kubeconfig-faults"] = alone("admin", proxied, user("admin", "admin-token"))
	files["kubeconfig-two-contexts"] = kubeconfig("first", []string{plain},
		[]string{user("admin", "admin-token"), user("reader", "reader-token")},
		[]string{context("first", "test", "admin", "default"), context("second", "test", "reader", "kube-system")})
	return files
}
