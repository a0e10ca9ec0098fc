{{- define "value" -}}
{{- $text := typeIs "string" .value | ternary .value (.value | toYaml) -}}
{{- if contains "{{" $text -}}
{{- tpl $text .context -}}
{{- else -}}
{{- $text -}}
{{- end -}}
{{- end -}}
{{- define "app.name" -}}
{{ .Release.Name }}-{{ .Values.name }}
{{- end -}}
{{- range $component := .Values.components }}
---
metadata:
  name: {{ tpl $.Values.fullname $ }}-{{ $component.name }}
  annotations: {{- include "value" (dict "value" $.Values.annotations "context" $) | nindent 4 }}
spec:
  host: {{ tpl $component.host $ | quote }}
  env: {{- include "value" (dict "value" $component.env "context" $) | nindent 4 }}
  labels: {{- include "value" (dict "value" $.Values.labels "context" $) | nindent 4 }}
  image: {{ tpl $.Values.image (dict "Values" $.Values "Component" $component) }}
{{- end }}
