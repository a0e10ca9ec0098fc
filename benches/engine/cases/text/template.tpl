# Settings of the service; see the guide before you change anything here.
[main]
name = {{ .Values.name }}
address = {{ .Values.listen.address }}
port = {{ .Values.listen.port }}
workers = {{ .Values.workers }}
# The service answers on this address behind the proxy, and makes links from it. It must be the one that users type.
public = https://{{ .Values.domain }}/{{ .Values.path }}
language = zh-hans
time_zone = {{ .Values.timeZone }}
{{- if .Values.debug }}
log_level = debug
{{- else }}
log_level = {{ .Values.logLevel }}
{{- end }}

# Where the data is. All of these are made by the storage tier; the passwords come from a secret of the same name and
# are never written here. A connection is tried three times, with one second between, before the service gives up.
[database]
engine = mysql
host = {{ .Values.database.host }}
port = {{ .Values.database.port }}
name = {{ .Values.database.name }}
user = {{ .Values.database.user }}
charset = utf8mb4
connect_timeout = 10
read_timeout = 30
write_timeout = 30
pool_size = {{ .Values.database.pool }}
pool_recycle = 3600
echo = false
{{ if .Values.database.tls -}}
tls = true
tls_ca = /etc/ssl/database/ca.crt
{{ else -}}
tls = false
{{ end }}
[cache]
kind = redis
host = {{ .Values.cache.host }}
port = {{ .Values.cache.port }}
database = {{ .Values.cache.database }}
prefix = {{ .Values.name }}:
# Seconds. A user's permissions are read again after this time, so a longer one delays changes of a role.
lifetime = 300
lifetime_permissions = 60
lifetime_pages = 600
max_connections = 100

[queue]
kind = rabbitmq
url = amqp://{{ .Values.queue.user }}@{{ .Values.queue.host }}:{{ .Values.queue.port }}/{{ .Values.queue.vhost }}
exchange = {{ .Values.name }}
prefetch = 10
heartbeat = 30
durable = true
retry = 3
retry_delay = 5
dead_letter = {{ .Values.name }}.dead

[search]
hosts = {{ .Values.search.host }}:{{ .Values.search.port }}
index = {{ .Values.name }}-events
shards = 3
replicas = 1
refresh_interval = 5s

[mail]
enabled = true
host = {{ .Values.mail.host }}
port = {{ .Values.mail.port }}
sender = {{ .Values.mail.sender }}
subject = [{{ .Values.name }}] %(summary)s
signature = sent by {{ .Values.name }} on {{ .Values.domain }}

[metrics]
enabled = true
path = /metrics
namespace = {{ .Values.name }}
buckets = 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10

[tracing]
enabled = false
endpoint = http://{{ .Values.tracing.host }}:{{ .Values.tracing.port }}/v1/traces
sample = 0.01
service = {{ .Values.name }}

[limits]
body = 20m
requests = 1000
burst = 200
timeout = 60
queue = 5000
# What one tenant may have at most. Zero stands for no limit.
tenants = 0
projects = 500
members = 2000
