{{/*
Service ports from a map name -> number; nodePorts (name -> number) where the service has them.
Argument: dict "ports" (dict) "nodePorts" (dict)
*/}}
{{- define "bk-common.servicePorts" -}}
{{- $nodePorts := default dict .nodePorts -}}
{{- range $name, $port := .ports }}
- name: {{ $name }}
  port: {{ int $port }}
  targetPort: {{ $name }}
  protocol: TCP
  {{- with get $nodePorts $name }}
  nodePort: {{ int . }}
  {{- end }}
{{- end }}
{{- end }}

{{/*
A whole Ingress. 统一的入口规则。
Argument: dict "context" $ "name" "x" "component" "web" "service" "x" "ingress" (dict
  "host" "…" "paths" (list "/") "port" "http" "className" "…" "annotations" (dict) "tlsSecret" "…")
*/}}
{{- define "bk-common.ingress" -}}
{{- $ingress := .ingress -}}
{{- $global := default dict .context.Values.global -}}
{{- $defaults := default dict $global.ingress -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "bk-common.metadata" (dict "context" .context "name" .name "component" .component "annotations" (merge (dict) (default dict $ingress.annotations) (default dict $defaults.annotations))) | nindent 2 }}
spec:
  {{- with default $defaults.className $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with default $defaults.tlsSecret $ingress.tlsSecret }}
  tls:
    - hosts:
        - {{ $ingress.host }}
      secretName: {{ . }}
  {{- end }}
  rules:
    - host: {{ required (printf "%s: ingress.host must be set" .name) $ingress.host }}
      http:
        paths:
          {{- $service := .service }}
          {{- range default (list "/") $ingress.paths }}
          - path: {{ . }}
            pathType: Prefix
            backend:
              service:
                name: {{ $service }}
                port:
                  name: {{ default "http" $ingress.port }}
          {{- end }}
{{- end }}
