package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// freePorts finds ports that nobody listens on, all at once so that they differ.
func freePorts(count int) ([]int, error) {
	ports := make([]int, count)
	for at := range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		ports[at] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// startEtcd runs etcd in this process; nothing is synced to the disk.
func startEtcd(dir string, client, peer int) (*embed.Etcd, error) {
	at := func(port int) []url.URL { return []url.URL{{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}} }
	config := embed.NewConfig()
	config.Dir = filepath.Join(dir, "etcd")
	// Closing is an error to it; what can't be started comes back as an error too.
	config.LogLevel = "fatal"
	config.UnsafeNoFsync = true
	config.ListenClientUrls, config.AdvertiseClientUrls = at(client), at(client)
	config.ListenPeerUrls, config.AdvertisePeerUrls = at(peer), at(peer)
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	<-etcd.Server.ReadyNotify()
	return etcd, nil
}

// children are the processes that this one started.
type children struct {
	dir     string
	started []*exec.Cmd
	ended   chan string
}

// start runs a program with its output in DIR/NAME.log. The kernel ends it when this process ends, however that happens.
func (c *children) start(name, program string, arguments ...string) error {
	log, err := os.Create(filepath.Join(c.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c.started = append(c.started, command)
	go func() {
		_ = command.Wait()
		c.ended <- name
	}()
	return nil
}

// kill ends all of them: what they would still write is of no use to anyone.
func (c *children) kill() {
	for _, command := range c.started {
		_ = command.Process.Kill()
	}
	for range c.started {
		select {
		case <-c.ended:
		case <-time.After(5 * time.Second):
		}
	}
}

// meanwhile does something that starts no processes, and looks after the processes that run. It is over when this process
// shall stop; that one of the others ended is an error.
func (c *children) meanwhile(stop <-chan struct{}, do func() error) (over bool, err error) {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case <-stop:
		return true, nil
	case name := <-c.ended:
		c.started = slices.DeleteFunc(c.started, func(command *exec.Cmd) bool { return command.ProcessState != nil })
		return true, fmt.Errorf("%s ended by itself; %s", name, logTail(c.dir, name))
	case err := <-done:
		return false, err
	}
}

// stopped gives something when this process shall end: a signal, or, with a parent to watch, the end of standard input,
// which comes when the parent is gone too.
func stopped(withParent bool) <-chan struct{} {
	stop := make(chan struct{}, 2)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop <- struct{}{}
	}()
	if withParent {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop <- struct{}{}
		}()
	}
	return stop
}

// run is the whole plane. It returns when it is told to stop, or when a part of it ended. With a parent, DIR is the
// plane's own and goes with it.
func run(dir string, withParent bool) error {
	// The kernel ends the children when the thread that started them ends: that must be this one.
	runtime.LockOSThread()
	stop := stopped(withParent)
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if withParent {
		defer os.RemoveAll(dir)
	}
	ports, err := freePorts(5)
	if err != nil {
		return err
	}
	etcd, err := startEtcd(dir, ports[0], ports[1])
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer etcd.Close()
	parts := &children{dir: dir, ended: make(chan string, 8)}
	defer parts.kill()

	plane := plane{dir: dir, etcd: ports[0], server: ports[2], kubelet: ports[3], proxy: ports[4]}
	if err := plane.startServer(parts); err != nil {
		return err
	}
	over, err := parts.meanwhile(stop, func() error { return plane.wait("the API server", plane.serves) })
	if over || err != nil {
		return err
	}
	if err := plane.startRest(parts); err != nil {
		return err
	}
	if over, err = parts.meanwhile(stop, plane.furnish); over || err != nil {
		return err
	}
	fmt.Println("ready", plane.url())
	if !withParent {
		fmt.Println("KUBECONFIG=" + plane.file("kubeconfig"))
	}
	_, err = parts.meanwhile(stop, func() error { select {} })
	return err
}

// logTail is a part's log, or the end of a long one, for a message: the folder may be gone when it is read.
func logTail(dir, name string) string {
	path := filepath.Join(dir, name+".log")
	text, err := os.ReadFile(path)
	if err != nil {
		return path
	}
	if len(text) > 4000 {
		text = text[len(text)-4000:]
	}
	return fmt.Sprintf("%s:\n%s", path, text)
}

// plane is where everything is.
type plane struct {
	dir                          string
	etcd, server, kubelet, proxy int
	access                       *access
}

func (p *plane) url() string { return fmt.Sprintf("https://127.0.0.1:%d", p.server) }

func (p *plane) file(name string) string { return filepath.Join(p.dir, name) }

// startServer makes keys, users and kubeconfigs, and runs the API server.
func (p *plane) startServer(parts *children) error {
	var err error
	if p.access, err = makeAccess(p); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return parts.start("apiserver", self, "@apiserver",
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", p.etcd),
		fmt.Sprintf("--secure-port=%d", p.server),
		"--bind-address=127.0.0.1",
		"--cert-dir="+p.dir,
		"--tls-cert-file="+p.file("server.crt"),
		"--tls-private-key-file="+p.file("server.key"),
		"--client-ca-file="+p.file("ca.crt"),
		"--token-auth-file="+p.file("tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+p.file("account.pub"),
		"--service-account-signing-key-file="+p.file("account.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		// Wide, so that ports which the API server picks do not take those that charts name.
		"--service-node-port-range=20000-52767",
		"--kubelet-preferred-address-types=InternalIP",
		"--allow-privileged=true")
}

// startRest runs the controllers, the scheduler and kwok, once the API server answers, and the proxy.
func (p *plane) startRest(parts *children) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	kubeconfig := "--kubeconfig=" + p.file("kubeconfig")
	err = parts.start("controller-manager", self, "@controller-manager", kubeconfig, "--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file="+p.file("account.key"), "--root-ca-file="+p.file("ca.crt"),
		"--use-service-account-credentials=false", "--concurrent-namespace-syncs=20",
		// A machine that is busy for a minute is no node that is lost: nothing here would make its pods ready again.
		"--node-monitor-grace-period=24h")
	if err != nil {
		return err
	}
	if err := parts.start("scheduler", self, "@scheduler", kubeconfig, "--leader-elect=false", "--secure-port=0"); err != nil {
		return err
	}
	if err := p.writeKubelets(); err != nil {
		return err
	}
	err = parts.start("kwok", filepath.Join(filepath.Dir(self), "kwok"), kubeconfig, "--manage-all-nodes=true",
		"--config="+p.file("kubelets.yaml"), "--node-ip=127.0.0.1", "--cidr=10.244.0.1/16", fmt.Sprintf("--node-port=%d", p.kubelet),
		fmt.Sprintf("--server-address=127.0.0.1:%d", p.kubelet),
		"--tls-cert-file="+p.file("server.crt"), "--tls-private-key-file="+p.file("server.key"))
	if err != nil {
		return err
	}
	proxy, err := newProxy(p.url(), p.access.authority, settings{})
	if err != nil {
		return err
	}
	_, err = proxy.listen(fmt.Sprintf("127.0.0.1:%d", p.proxy))
	return err
}
