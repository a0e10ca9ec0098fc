{{/*
Image reference: dict "image" .Values.image "context" $
global.imageRegistry wins over the image's own registry, so that one value moves the whole installation
to a mirror. 全局镜像仓库优先。
*/}}
{{- define "bk-common.image" -}}
{{- $global := default dict .context.Values.global -}}
{{- $registry := default .image.registry $global.imageRegistry -}}
{{- $tag := default .context.Chart.AppVersion .image.tag | toString -}}
{{- if $registry -}}
{{- printf "%s/%s:%s" $registry .image.repository $tag -}}
{{- else -}}
{{- printf "%s:%s" .image.repository $tag -}}
{{- end -}}
{{- end }}

{{- define "bk-common.imagePullSecrets" -}}
{{- $global := default dict .Values.global -}}
{{- with concat (default list $global.imagePullSecrets) (default list .Values.imagePullSecrets) | uniq }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}
