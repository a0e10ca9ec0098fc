{{/*
The settings of one module: its own over moduleDefaults. Lists and ports replace, they do not add up.
Argument: dict "context" $ "name" "api" "module" (dict). Gives YAML.
*/}}
{{- define "bk-web.module" -}}
{{- $own := default dict .module -}}
{{- $settings := mergeOverwrite (deepCopy .context.Values.moduleDefaults) (deepCopy $own) -}}
{{- with $own.ports -}}
{{- $_ := set $settings "ports" . -}}
{{- end -}}
{{- with $own.service -}}
{{- with .ports -}}
{{- $_ := set $settings.service "ports" . -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $own "probe") $own.probe -}}
{{- $_ := set $settings "probe" $own.probe -}}
{{- end -}}
{{- $_ := set $settings "image" (merge (deepCopy (default dict $own.image)) .context.Values.image) -}}
{{- if not $settings.name -}}
{{- $_ := set $settings "name" (printf "%s-%s" (include "bk-common.fullname" .context) .name) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end }}

{{/* Environment of every module, by reference: the ConfigMap and the Secret of the release. */}}
{{- define "bk-web.envFrom" -}}
{{- $fullname := include "bk-common.fullname" . -}}
{{- if .Values.env }}
- configMapRef:
    name: {{ $fullname }}-env
{{- end }}
{{- if .Values.secretEnv }}
- secretRef:
    name: {{ $fullname }}-env
{{- end }}
{{- end }}

{{- define "bk-web.volumeMounts" -}}
{{- if .Values.files.content }}
- name: files
  mountPath: {{ .Values.files.mountPath }}
  readOnly: true
{{- end }}
{{- if .Values.secretFiles.content }}
- name: secret-files
  mountPath: {{ .Values.secretFiles.mountPath }}
  readOnly: true
{{- end }}
{{- if .Values.persistence.enabled }}
- name: data
  mountPath: {{ .Values.persistence.mountPath }}
{{- end }}
{{- end }}

{{- define "bk-web.volumes" -}}
{{- $fullname := include "bk-common.fullname" . -}}
{{- if .Values.files.content }}
- name: files
  configMap:
    name: {{ $fullname }}-files
{{- end }}
{{- if .Values.secretFiles.content }}
- name: secret-files
  secret:
    secretName: {{ $fullname }}-files
{{- end }}
{{- if .Values.persistence.enabled }}
- name: data
  persistentVolumeClaim:
    claimName: {{ $fullname }}-data
{{- end }}
{{- end }}

{{/* secretEnv with its templates filled in: a value may refer to other values of the release. Gives YAML. */}}
{{- define "bk-web.secretEnv" -}}
{{- $filled := dict -}}
{{- range $key, $value := .Values.secretEnv -}}
{{- $_ := set $filled $key (tpl ($value | toString) $) -}}
{{- end -}}
{{- toYaml $filled -}}
{{- end }}
