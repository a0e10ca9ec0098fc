{{/* A map as a list of environment variables, in the order of its keys. */}}
{{- define "bk-common.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/*
One probe, three writings. 探针：http、tcp 或 exec 三选一。
  {path: /healthz, port: http} | {tcp: mysql} | {exec: [redis-cli, ping]}
plus initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold.
*/}}
{{- define "bk-common.probe" -}}
{{- if .path }}
httpGet:
  path: {{ .path }}
  port: {{ default "http" .port }}
{{- else if .tcp }}
tcpSocket:
  port: {{ .tcp }}
{{- else if .exec }}
exec:
  command:
    {{- toYaml .exec | nindent 4 }}
{{- end }}
{{- range $field := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" }}
{{- with get $ $field }}
{{ $field }}: {{ int . }}
{{- end }}
{{- end }}
{{- end }}

{{/*
readinessProbe and livenessProbe of a container: liveness is as readiness, only slower to give up.
存活探针默认与就绪探针相同，但更宽松。
*/}}
{{- define "bk-common.probes" -}}
{{- with . }}
readinessProbe:
  {{- include "bk-common.probe" . | trim | nindent 2 }}
livenessProbe:
  {{- include "bk-common.probe" (merge (dict "failureThreshold" (mul 3 (default 3 .failureThreshold))) .) | trim | nindent 2 }}
{{- end }}
{{- end }}

{{/* The parts of a pod's spec that say where and as whom it runs. */}}
{{- define "bk-common.placement" -}}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Container ports from a map name -> number. */}}
{{- define "bk-common.containerPorts" -}}
{{- range $name, $port := . }}
- name: {{ $name }}
  containerPort: {{ int $port }}
  protocol: TCP
{{- end }}
{{- end }}
