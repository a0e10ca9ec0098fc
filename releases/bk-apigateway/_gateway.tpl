{{- /* 与取值文件同目录的 _*.tpl 会自动载入 / files named _*.tpl beside the values are loaded with them */ -}}
{{- define "apigateway.certificates" -}}
{{- range tuple "gseca.crt" "gse_esb_api_client.crt" "gse_esb_api_client.key" "job_esb_api_client.crt" "job_esb_api_client.key" }}
{{ . }}: {{ readFile (printf "../cert/%s" .) | b64enc }}
{{- end }}
{{- end -}}
