spec:
  template:
    metadata:
      annotations: {{- toYaml .Values.podAnnotations | nindent 8 }}
    spec:
      {{- with .Values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: app
          env: {{- toYaml .Values.env | nindent 12 }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
          securityContext: {{- omit .Values.securityContext "enabled" | toYaml | nindent 12 }}
          livenessProbe: {{- toYaml .Values.livenessProbe | nindent 12 }}
          readinessProbe: {{- toYaml .Values.readinessProbe | nindent 12 }}
      volumes: {{- toYaml .Values.volumes | nindent 8 }}
config.yaml: |
{{ toYaml .Values.config | indent 2 }}
