package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// settings are what is injected: POST /__faults takes them as JSON and begins anew with the seed.
type settings struct {
	Seed   uint64  `json:"seed"`
	Faults []fault `json:"faults"`
}

// fault is one kind of trouble and whom it befalls.
//
//	latency       the answer comes Milliseconds later; other faults may still befall the request
//	too-many      429 with Retry-After: RetryAfter seconds
//	error         500 with a Status
//	unavailable   503 with text, as a load balancer answers
//	unauthorized  401 with a Status, as for a token that expired
//	close-before  the connection is closed, the API server has not heard of the request
//	close-after   the API server has done what was asked, the connection is closed without the answer; no watch
//	cut           the connection is closed Milliseconds after the answer began: for watches
type fault struct {
	Kind string `json:"kind"`
	// Rate is how likely it is for each request, 0 to 1.
	Rate float64 `json:"rate"`
	// Verbs and Resources, where given, are the only ones befallen: as RBAC names them.
	Verbs     []string `json:"verbs,omitempty"`
	Resources []string `json:"resources,omitempty"`
	// Names, where given, are the only objects befallen.
	Names []string `json:"names,omitempty"`
	// Skip is how many of the requests it could befall are let through first; Times, where not 0, how often it happens.
	Skip         int `json:"skip,omitempty"`
	Times        int `json:"times,omitempty"`
	Milliseconds int `json:"milliseconds,omitempty"`
	RetryAfter   int `json:"retryAfter,omitempty"`

	seen, done int
}

var kinds = []string{"latency", "too-many", "error", "unavailable", "unauthorized", "close-before", "close-after", "cut"}

// befalls decides for a request; it counts. Each request that a fault could befall takes one number, also where another
// fault was first, so that one fault does not move what the others do.
func (f *fault) befalls(asked request, chance *rand.Rand, free bool) bool {
	allowed := func(list []string, one string) bool { return len(list) == 0 || slices.Contains(list, one) }
	// The answer to a watch never ends: there is nothing to wait for.
	if (f.Kind == "close-after" && asked.Verb == "watch") || !allowed(f.Verbs, asked.Verb) ||
		!allowed(f.Resources, asked.Resource) || !allowed(f.Names, asked.name) {
		return false
	}
	f.seen++
	drawn := chance.Float64()
	if !free || f.seen <= f.Skip || (f.Times != 0 && f.done >= f.Times) || drawn >= f.Rate {
		return false
	}
	f.done++
	return true
}

// request is what a request asks, in RBAC's words, and the fault that befell it. Latency alone is told as one.
type request struct {
	Verb     string `json:"verb"`
	Resource string `json:"resource"`
	Fault    string `json:"fault,omitempty"`
	name     string
}

// asks reads a request's path: /api/v1/… or /apis/GROUP/VERSION/…, then namespaces/NAME, then RESOURCE/NAME/SUBRESOURCE.
// What is no resource has its path for one.
func asks(r *http.Request) request {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	head := map[string]int{"api": 2, "apis": 3}[parts[0]]
	if head == 0 || len(parts) <= head {
		return request{Verb: strings.ToLower(r.Method), Resource: r.URL.Path}
	}
	parts = parts[head:]
	if parts[0] == "namespaces" && len(parts) > 2 && parts[2] != "status" && parts[2] != "finalize" {
		parts = parts[2:]
	}
	asked := request{Resource: parts[0]}
	if len(parts) > 1 {
		asked.name = parts[1]
	}
	if len(parts) > 2 {
		asked.Resource += "/" + parts[2]
	}
	watch := r.URL.Query().Get("watch")
	switch {
	case r.Method == http.MethodGet && (watch == "true" || watch == "1"):
		asked.Verb = "watch"
	case r.Method == http.MethodGet && asked.name == "":
		asked.Verb = "list"
	case r.Method == http.MethodDelete && asked.name == "":
		asked.Verb = "deletecollection"
	default:
		asked.Verb = map[string]string{"POST": "create", "PUT": "update"}[r.Method]
		if asked.Verb == "" {
			asked.Verb = strings.ToLower(r.Method)
		}
	}
	return asked
}

// proxy stands in front of an API server. Credentials go through as they come.
type proxy struct {
	forward *httputil.ReverseProxy
	lock    sync.Mutex
	now     settings
	chance  *rand.Rand
	log     map[request]int
}

// newProxy is a proxy for the server at that address, whose certificate that authority signed.
func newProxy(server string, authority []byte, now settings) (*proxy, error) {
	target, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	transport := clientFor(authority).Transport.(*http.Transport)
	transport.DisableKeepAlives, transport.MaxIdleConnsPerHost = false, 50
	p := &proxy{}
	p.forward = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			// The server is gone, or the client: either way there is no answer.
			panic(http.ErrAbortHandler)
		},
	}
	return p, p.set(now)
}

// set begins anew with other faults.
func (p *proxy) set(now settings) error {
	for _, one := range now.Faults {
		if !slices.Contains(kinds, one.Kind) {
			return fmt.Errorf("unknown kind of fault %q; there are %s", one.Kind, strings.Join(kinds, ", "))
		}
		if one.Rate <= 0 || one.Rate > 1 {
			return fmt.Errorf("fault %s: rate %v is not above 0 and up to 1", one.Kind, one.Rate)
		}
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.now, p.chance, p.log = now, rand.New(rand.NewPCG(now.Seed, 0)), map[request]int{}
	return nil
}

// decide says what befalls a request: at most one fault besides latency. It writes the log.
func (p *proxy) decide(asked request) (delay time.Duration, befallen *fault) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for at := range p.now.Faults {
		one := &p.now.Faults[at]
		if !one.befalls(asked, p.chance, befallen == nil || one.Kind == "latency") {
			continue
		}
		if one.Kind == "latency" {
			delay += time.Duration(one.Milliseconds) * time.Millisecond
			continue
		}
		copied := *one
		befallen = &copied
	}
	if befallen != nil {
		asked.Fault = befallen.Kind
	} else if delay > 0 {
		asked.Fault = "latency"
	}
	asked.name = ""
	p.log[asked]++
	return delay, befallen
}

// status answers as the API server does when it refuses.
func status(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object{
		"kind": "Status", "apiVersion": "v1", "metadata": object{},
		"status": "Failure", "message": message, "reason": reason, "code": code,
	})
}

// ServeHTTP implements http.Handler.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/__") {
		p.administer(w, r)
		return
	}
	asked := asks(r)
	delay, befallen := p.decide(asked)
	time.Sleep(delay)
	if befallen == nil {
		p.forward.ServeHTTP(w, r)
		return
	}
	switch befallen.Kind {
	case "too-many":
		w.Header().Set("Retry-After", fmt.Sprint(befallen.RetryAfter))
		status(w, http.StatusTooManyRequests, "TooManyRequests", "the server has received too many requests and has asked us to try again later")
	case "error":
		status(w, http.StatusInternalServerError, "InternalError", "Internal error occurred: injected")
	case "unauthorized":
		status(w, http.StatusUnauthorized, "Unauthorized", "Unauthorized")
	case "unavailable":
		http.Error(w, "no healthy upstream", http.StatusServiceUnavailable)
	case "close-before":
		panic(http.ErrAbortHandler)
	case "close-after":
		p.forward.ServeHTTP(&unheard{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	case "cut":
		asked, end := context.WithCancel(r.Context())
		defer end()
		p.forward.ServeHTTP(&cut{w, time.Duration(befallen.Milliseconds) * time.Millisecond, end}, r.WithContext(asked))
	}
}

// unheard takes an answer and tells nobody.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header             { return u.header }
func (u *unheard) WriteHeader(int)                 {}
func (u *unheard) Write(bytes []byte) (int, error) { return len(bytes), nil }

// cut ends the request some time after the answer began: the reverse proxy then drops the connection.
type cut struct {
	http.ResponseWriter
	after time.Duration
	end   context.CancelFunc
}

// WriteHeader implements http.ResponseWriter.
func (c *cut) WriteHeader(code int) {
	time.AfterFunc(c.after, c.end)
	c.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the reverse proxy flush.
func (c *cut) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// administer answers POST /__faults, GET /__log and DELETE /__log.
func (p *proxy) administer(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /__faults":
		var now settings
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&now)
		if err == nil {
			err = p.set(now)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	case "GET /__log":
		p.lock.Lock()
		defer p.lock.Unlock()
		type line struct {
			request
			Count int `json:"count"`
		}
		lines := []line{}
		for asked, count := range p.log {
			lines = append(lines, line{asked, count})
		}
		slices.SortFunc(lines, func(a, b line) int { return strings.Compare(fmt.Sprint(a.request), fmt.Sprint(b.request)) })
		_ = json.NewEncoder(w).Encode(lines)
	case "DELETE /__log":
		p.lock.Lock()
		defer p.lock.Unlock()
		p.log = map[request]int{}
	default:
		http.NotFound(w, r)
	}
}

// listen serves on that address, in the background.
func (p *proxy) listen(address string) (string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: p, ErrorLog: nil}
	go func() { fail(server.Serve(listener)) }()
	return "http://" + listener.Addr().String(), nil
}

// proxyCommand runs a proxy alone, until it is told to stop.
func proxyCommand(arguments []string) error {
	flags := flag.NewFlagSet("proxy", flag.ExitOnError)
	server := flags.String("server", "", "the API server to stand in front of")
	authority := flags.String("authority", "", "the file with the certificate that signed the server's: DIR/ca.crt")
	faults := flags.String("faults", "{}", "the faults to begin with, JSON as of POST /__faults")
	withParent := flags.Bool("with-parent", false, "end when standard input does")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	var now settings
	if err := json.Unmarshal([]byte(*faults), &now); err != nil {
		return fmt.Errorf("--faults: %w", err)
	}
	certificate, err := os.ReadFile(*authority)
	if err != nil {
		return err
	}
	proxy, err := newProxy(*server, certificate, now)
	if err != nil {
		return err
	}
	address, err := proxy.listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("ready", address)
	<-stopped(*withParent)
	return nil
}
