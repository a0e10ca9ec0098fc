// A Kubernetes control plane for tests: one program, no containers.
//
//	control-plane DIR [--with-parent]     runs it; prints "ready URL" once pods can be made; kubeconfigs are in DIR
//	control-plane proxy --kubeconfig=…    a proxy in front of it that injects faults; prints "ready URL"
//	control-plane kubectl …               kubectl of the same version
//
// The parent process is etcd. The API server, the controllers and the scheduler are the same program, called again as
// children; kwok, which stands beside the program, plays the kubelets as stages.yaml says.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: control-plane DIR [--with-parent] | proxy … | kubectl …"))
	}
	role := os.Args[1]
	switch role {
	case "@apiserver", "@controller-manager", "@scheduler", "kubectl":
		// The Kubernetes commands read the words of the process themselves.
		os.Args = append(os.Args[:1:1], os.Args[2:]...)
	}
	switch role {
	case "@apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "@controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "@scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
	case "proxy":
		fail(proxyCommand(os.Args[2:]))
	default:
		fail(run(role, len(os.Args) > 2 && os.Args[2] == "--with-parent"))
	}
}

// fail ends the process where there is an error.
func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "control-plane:", err)
		os.Exit(1)
	}
}
