{{- range $number, $server := .Values.servers }}
server {{ $server.name }} {
{{- range $server.ports }}
  listen {{ .port }} {{ .protocol }}{{ if .tls }} ssl{{ end }};
{{- end }}
{{- range $key, $value := $server.headers }}
  header {{ $key }} "{{ $value }}";
{{- end }}
{{- range $index, $upstream := $server.upstreams }}
{{- if eq $upstream.zone $.Values.zone }}
  upstream {{ $number }}-{{ $index }} {{ $upstream.host }} weight={{ $upstream.weight }};
{{- else }}
  backup {{ $number }}-{{ $index }} {{ $upstream.host }};
{{- end }}
{{- end }}
}
{{- end }}
