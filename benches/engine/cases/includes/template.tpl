{{- define "app.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "app.fullname" -}}
{{- printf "%s-%s" .Release.Name (include "app.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "app.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "app.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
{{- range $component := .Values.components }}
---
kind: Service
metadata:
  name: {{ include "app.fullname" $ }}-{{ $component }}
  labels:
    {{- include "app.labels" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $component }}
spec:
  selector:
    {{- include "app.selector" $ | nindent 4 }}
    app.kubernetes.io/component: {{ $component }}
---
kind: ConfigMap
metadata:
  name: {{ include "app.fullname" $ }}-{{ $component }}-config
  labels: {{ include "app.labels" $ | nindent 4 }}
data:
  owner: {{ include "app.fullname" $ | quote }}
{{- end }}
