{{/* Pod template of one process. Argument: dict "context" $ "component" "task" "process" (dict) */}}
{{- define "bk-gse.pod" -}}
metadata:
  labels:
    {{- include "bk-common.labels" . | nindent 4 }}
  annotations:
    checksum/config: {{ include (print .context.Template.BasePath "/config.yaml") .context | sha256sum }}
spec:
  serviceAccountName: {{ include "bk-common.serviceAccountName" .context }}
  {{- if .context.Values.hostNetwork }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with (include "bk-common.placement" .context | trim) }}{{ . | nindent 2 }}{{ end }}
  containers:
    - name: {{ .component }}
      image: {{ include "bk-common.image" (dict "image" .context.Values.image "context" .context) | quote }}
      command: [/data/bin/gse_{{ .component }}, -f, /data/etc/gse_{{ .component }}.conf]
      ports:
        {{- include "bk-common.containerPorts" .process.ports | trim | nindent 8 }}
      {{- include "bk-common.probes" (dict "tcp" (keys .process.ports | sortAlpha | first) "periodSeconds" 10) | trim | nindent 6 }}
      {{- with .context.Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /data/etc
          readOnly: true
        - name: cert
          mountPath: /data/cert
          readOnly: true
  volumes:
    - name: config
      secret:
        secretName: {{ .context.Release.Name }}-config
    - name: cert
      secret:
        secretName: {{ .context.Release.Name }}-cert
{{- end }}
