{{ define "c.name" }}
x: {{ .Values.x }
{{ end }}
