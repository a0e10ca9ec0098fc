# The verbs of development; .ci/run uses the same ones.

# what a commit must pass before tests
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items

# all tests
test *ARGS:
    cargo test {{ARGS}}

# accept what bkhelm prints now as the expected output of its own cases (never for oracle goldens)
bless *ARGS:
    BLESS=1 cargo test --test all cases {{ARGS}}

# write Kubernetes' own schemas again (schemas/kubernetes); needs Go and Python
schemas:
    schemas/kubernetes/build.py

# write the oracle's goldens of the embedded deployment again; HELM4, HELM3 and HELMFILE name the programs
oracle:
    tests/oracle/record.sh

# N schedules of faults through the whole engine on the simulated API server, on all processors
prove-schedules N="100000":
    BKHELM_SEEDS={{N}} cargo test --profile prove --test all simulation::engine::whatever -- --nocapture

# N random charts of a seed through bkhelm and through helm's own engine; needs Go and helm's module
oracle-diff N="2000" SEED="1":
    DIFFERENTIAL_CASES={{N}} DIFFERENTIAL_SEED={{SEED}} cargo test --test all differential::engines_agree -- --ignored --nocapture

# broken input for a target of fuzz/ (template_parse, template_render, yaml_read, regexp); needs cargo-fuzz
fuzz TARGET SECONDS="900":
    mkdir -p fuzz/corpus/{{TARGET}}
    cargo fuzz run --sanitizer none {{TARGET}} fuzz/corpus/{{TARGET}} fuzz/seeds/{{TARGET}} -- -max_total_time={{SECONDS}} -timeout=10 -rss_limit_mb=4000 -max_len=2000

# in-process benchmarks
bench *ARGS:
    cargo bench --bench render -- {{ARGS}}

# the template engine beside Go's, minijinja and gtmpl, in one run; Go's column needs Go
bench-engine *ARGS:
    cargo bench --bench engine -- {{ARGS}}

# whole programs side by side: bkhelm and helmfile with helm, in one run; HELM and HELMFILE name the programs
bench-programs:
    benches/programs.sh

# the same on a cluster: whole syncs, and applies with nothing to do; HELM_PLUGINS is where helm-diff is installed, too
bench-cluster *ARGS:
    benches/cluster.sh {{ARGS}}

# manifests against Kubernetes' schemas beside kubeconform, with the same schemas, in one run; KUBECONFORM names it
bench-kubeconform *ARGS:
    benches/kubeconform.sh {{ARGS}}

# tests on a real control plane (tests/cluster); needs Go, which builds it the first time
cluster-test *ARGS:
    cargo test --test all cluster:: -- --ignored --test-threads=4 {{ARGS}}

# N syncs killed at moments of chance on a real control plane: the next run must end as an undisturbed one
prove-kills N="200":
    BKHELM_KILLS={{N}} cargo test --test all cluster::kills::prove_kills -- --ignored --nocapture

# N installs and upgrades through a proxy at which 20 of 100 requests fail, and watches are cut
prove-faults N="200":
    BKHELM_FAULTS={{N}} cargo test --test all cluster::kills::prove_faults -- --ignored --nocapture

# a control plane to play with, until Ctrl-C; prints where its kubeconfig is
cluster-up DIR:
    "$(tests/cluster/build.sh control-plane)" "{{DIR}}"
