{{/* The names and labels of everything that belongs to this release. */}}
{{- define "app.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "app.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}
{{- define "app.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "app.labels" -}}
helm.sh/chart: {{ include "app.chart" . }}
{{ include "app.selectorLabels" . }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- range $key, $value := .Values.commonLabels }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- define "app.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "app.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}
{{/* An image's full name: the global registry wins, a digest wins over a tag. */}}
{{- define "app.image" -}}
{{- $registry := .image.registry -}}
{{- $separator := ":" -}}
{{- $end := .image.tag | toString -}}
{{- if .global }}
  {{- if .global.imageRegistry }}
    {{- $registry = .global.imageRegistry -}}
  {{- end -}}
{{- end -}}
{{- if .image.digest }}
  {{- $separator = "@" -}}
  {{- $end = .image.digest | toString -}}
{{- end -}}
{{- if $registry -}}
  {{- printf "%s/%s%s%s" $registry .image.repository $separator $end -}}
{{- else -}}
  {{- printf "%s%s%s" .image.repository $separator $end -}}
{{- end -}}
{{- end -}}
{{- define "app.render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) -}}
{{- if contains "{{" (toJson .value) -}}
{{- tpl $value .context -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end -}}
{{- define "app.env" -}}
{{- range $name, $value := .Values.env }}
- name: {{ $name | upper | replace "-" "_" }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- toYaml $value | nindent 4 }}
  {{- else if kindIs "string" $value }}
  value: {{ tpl $value $ | quote }}
  {{- else }}
  value: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end -}}
apiVersion: {{ ternary "apps/v1" "extensions/v1beta1" (semverCompare ">=1.14-0" .Capabilities.KubeVersion.Version) }}
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  namespace: {{ .Release.Namespace | quote }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- include "app.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: {{ .Values.revisionHistoryLimit | default 10 }}
  selector:
    matchLabels:
      {{- include "app.selectorLabels" . | nindent 6 }}
  {{- with .Values.updateStrategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  template:
    metadata:
      annotations:
        checksum/config: {{ toYaml .Values.config | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      labels:
        {{- include "app.labels" . | nindent 8 }}
        {{- if .Values.podLabels }}
        {{- include "app.render" (dict "value" .Values.podLabels "context" $) | nindent 8 }}
        {{- end }}
    spec:
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      serviceAccountName: {{ include "app.serviceAccountName" . }}
      {{- if .Values.podSecurityContext.enabled }}
      securityContext: {{- omit .Values.podSecurityContext "enabled" | toYaml | nindent 8 }}
      {{- end }}
      {{- if and .Values.wait.enabled (or .Values.database.host .Values.wait.hosts) }}
      initContainers:
        {{- range $index, $host := concat (list .Values.database.host) .Values.wait.hosts }}
        - name: wait-{{ $index }}
          image: {{ include "app.image" (dict "image" $.Values.wait.image "global" $.Values.global) }}
          args: ["--host", {{ $host | quote }}, "--timeout", {{ printf "%ds" (int $.Values.wait.timeout) | quote }}]
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "app.image" (dict "image" .Values.image "global" .Values.global) | quote }}
          imagePullPolicy: {{ .Values.image.pullPolicy | default (eq .Values.image.tag "latest" | ternary "Always" "IfNotPresent") }}
          {{- if .Values.command }}
          command: {{- include "app.render" (dict "value" .Values.command "context" $) | nindent 12 }}
          {{- end }}
          env:
            {{- include "app.env" . | trim | nindent 12 }}
            {{- if .Values.extraEnv }}
            {{- include "app.render" (dict "value" .Values.extraEnv "context" $) | nindent 12 }}
            {{- end }}
          ports:
            {{- range $name, $port := .Values.ports }}
            - name: {{ $name }}
              containerPort: {{ $port.container }}
              protocol: {{ $port.protocol | default "TCP" }}
            {{- end }}
          {{- if .Values.livenessProbe.enabled }}
          livenessProbe: {{- toYaml (omit .Values.livenessProbe "enabled") | nindent 12 }}
          {{- end }}
          {{- if .Values.readinessProbe.enabled }}
          readinessProbe: {{- toYaml (omit .Values.readinessProbe "enabled") | nindent 12 }}
          {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - name: config
              mountPath: /etc/{{ include "app.name" . }}
            {{- range .Values.persistence }}
            - name: {{ .name }}
              mountPath: {{ .path }}
              {{- if hasKey . "subPath" }}
              subPath: {{ .subPath }}
              {{- end }}
            {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumes:
        - name: config
          configMap:
            name: {{ include "app.fullname" . }}-config
        {{- range .Values.persistence }}
        - name: {{ .name }}
          {{- if .claim }}
          persistentVolumeClaim:
            claimName: {{ tpl .claim $ }}
          {{- else }}
          emptyDir: {}
          {{- end }}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  {{- if and (eq .Values.service.type "ClusterIP") .Values.service.clusterIP }}
  clusterIP: {{ .Values.service.clusterIP }}
  {{- end }}
  ports:
    {{- range $name, $port := .Values.ports }}
    - name: {{ $name }}
      port: {{ $port.service }}
      targetPort: {{ $name }}
      {{- if and (eq $.Values.service.type "NodePort") $port.node }}
      nodePort: {{ $port.node }}
      {{- end }}
    {{- end }}
  selector:
    {{- include "app.selectorLabels" . | nindent 4 }}
