{{- range .Values.names }}
{{- if regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" . }}
label {{ regexReplaceAll "-([0-9]+)$" . "/${1}" }}
{{- else }}
host {{ regexFind "^[A-Z]+" . | lower }} version {{ regexFind "v[0-9]+\\.[0-9]+" . }} slug {{ regexReplaceAll "[^a-zA-Z0-9]+" . "-" | lower | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- range regexSplit "[-_./]+" . 3 }} {{ . }}{{ end }}
{{- end }}
{{- range .Values.versions }}
{{ . }} {{ semverCompare $.Values.constraint . }} {{ (semver .).Minor }} {{ semverCompare "^1.19-0" . }}
{{- end }}
