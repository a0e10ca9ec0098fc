{{/*
Names and labels. 名称与标签。
*/}}

{{- define "bk-common.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/*
The name that every object of the release starts with: fullnameOverride, or the release's name when it
already says what runs (bk-mysql for chart mysql), else <release>-<chart>.
*/}}
{{- define "bk-common.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "bk-common.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "bk-common.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/*
Labels that choose pods; they never change during the life of a release.
Argument: dict "context" $ "component" "api" (component may be left out).
*/}}
{{- define "bk-common.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bk-common.name" .context }}
app.kubernetes.io/instance: {{ .context.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* All labels of an object. Same argument as bk-common.selectorLabels. */}}
{{- define "bk-common.labels" -}}
helm.sh/chart: {{ include "bk-common.chart" .context }}
{{ include "bk-common.selectorLabels" . }}
{{- with .context.Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
app.kubernetes.io/part-of: blueking
{{- with .context.Values.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* metadata of a namespaced object: dict "context" $ "name" "x" "component" "api" "annotations" (dict) */}}
{{- define "bk-common.metadata" -}}
name: {{ .name }}
namespace: {{ .context.Release.Namespace }}
labels:
  {{- include "bk-common.labels" . | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "bk-common.serviceAccountName" -}}
{{- $account := default dict .Values.serviceAccount -}}
{{- if $account.create -}}
{{- default (include "bk-common.fullname" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end }}
