{{- define "t.image" -}}
{{ .Values.image.repositry.name }}:{{ .Values.image.tag }}
{{- end -}}
{{- define "t.labels" -}}
image: {{ include "t.image" . }}
{{- end -}}
