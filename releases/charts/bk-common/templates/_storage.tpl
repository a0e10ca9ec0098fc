{{/* storageClassName: the chart's own, else the global one; "-" asks for none at all. 存储类。 */}}
{{- define "bk-common.storageClass" -}}
{{- $global := default dict .context.Values.global -}}
{{- with default $global.storageClass .persistence.storageClass }}
storageClassName: {{ if eq . "-" }}""{{ else }}{{ . }}{{ end }}
{{- end }}
{{- end }}

{{/*
volumeClaimTemplates of a StatefulSet, or an emptyDir when persistence is off.
Argument: dict "context" $ "persistence" .Values.persistence "component" "master"
*/}}
{{- define "bk-common.volumeClaims" -}}
{{- if .persistence.enabled }}
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "bk-common.selectorLabels" . | nindent 8 }}
    spec:
      accessModes:
        - ReadWriteOnce
      {{- with (include "bk-common.storageClass" . | trim) }}{{ . | nindent 6 }}{{ end }}
      resources:
        requests:
          storage: {{ .persistence.size }}
{{- end }}
{{- end }}

{{- define "bk-common.emptyData" -}}
{{- if not .enabled }}
- name: data
  emptyDir: {}
{{- end }}
{{- end }}

{{/*
The StatefulSet of a storage product. What differs is passed in, the rest is the same for all.
有状态服务的统一骨架。
Argument: dict "context" $ "name" … "serviceName" … "component" … "replicas" 1 "ports" (dict) "persistence" (dict)
  "image" (dict) "command" (list) "args" (list) "env" (dict) "secretEnv" (dict VAR key) "secretName" …
  "resources" (dict) "probe" (dict) "mountPath" "/data" "configName" … "configMount" … "checksum" … "user" 1001
*/}}
{{- define "bk-common.statefulSet" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "bk-common.metadata" . | nindent 2 }}
spec:
  serviceName: {{ .serviceName }}
  replicas: {{ int (default 1 .replicas) }}
  podManagementPolicy: {{ default "OrderedReady" .podManagementPolicy }}
  updateStrategy:
    type: RollingUpdate
  selector:
    matchLabels:
      {{- include "bk-common.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "bk-common.labels" . | nindent 8 }}
      {{- with .checksum }}
      annotations:
        checksum/config: {{ . }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "bk-common.serviceAccountName" .context }}
      {{- with (include "bk-common.imagePullSecrets" .context | trim) }}{{ . | nindent 6 }}{{ end }}
      {{- with (include "bk-common.placement" .context | trim) }}{{ . | nindent 6 }}{{ end }}
      securityContext:
        fsGroup: {{ int (default 1001 .user) }}
      containers:
        - name: {{ default .component .containerName }}
          image: {{ include "bk-common.image" . | quote }}
          imagePullPolicy: {{ default "IfNotPresent" .image.pullPolicy }}
          {{- with .command }}
          command:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with .args }}
          args:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext:
            runAsNonRoot: true
            runAsUser: {{ int (default 1001 .user) }}
            allowPrivilegeEscalation: false
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            {{- with (include "bk-common.env" .env | trim) }}{{ . | nindent 12 }}{{ end }}
            {{- $secret := .secretName }}
            {{- range $name, $key := .secretEnv }}
            - name: {{ $name }}
              valueFrom:
                secretKeyRef:
                  name: {{ $secret }}
                  key: {{ $key }}
            {{- end }}
          ports:
            {{- include "bk-common.containerPorts" .ports | trim | nindent 12 }}
          {{- include "bk-common.probes" .probe | trim | nindent 10 }}
          {{- with .resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          volumeMounts:
            - name: data
              mountPath: {{ .mountPath }}
            {{- if .configName }}
            - name: config
              mountPath: {{ .configMount }}
              readOnly: true
            {{- end }}
            {{- with .extraMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      {{- if or .configName .extraVolumes (not .persistence.enabled) }}
      volumes:
        {{- with (include "bk-common.emptyData" .persistence | trim) }}{{ . | nindent 8 }}{{ end }}
        {{- if .configName }}
        - name: config
          configMap:
            name: {{ .configName }}
        {{- end }}
        {{- with .extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
  {{- with (include "bk-common.volumeClaims" . | trim) }}{{ . | nindent 2 }}{{ end }}
{{- end }}

{{/*
The headless service that a StatefulSet names its pods by, and a client service.
Argument: dict "context" $ "name" … "component" … "ports" (dict) "headless" true "type" … "nodePorts" (dict)
*/}}
{{- define "bk-common.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "bk-common.metadata" . | nindent 2 }}
spec:
  {{- if .headless }}
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: true
  {{- else }}
  type: {{ default "ClusterIP" .type }}
  {{- end }}
  ports:
    {{- include "bk-common.servicePorts" . | trim | nindent 4 }}
  selector:
    {{- include "bk-common.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* A Secret of plain texts, base64 encoded. Argument: dict "context" $ "name" … "data" (dict) */}}
{{- define "bk-common.secret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "bk-common.metadata" . | nindent 2 }}
type: Opaque
data:
  {{- range $key, $value := .data }}
  {{ $key }}: {{ $value | toString | b64enc | quote }}
  {{- end }}
{{- end }}
