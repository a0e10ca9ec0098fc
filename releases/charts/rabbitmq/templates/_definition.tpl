{{/* The definition file that RabbitMQ loads at its start. 启动时载入的定义文件。 */}}
{{- define "rabbitmq.definition" -}}
{{- $admin := .Values.auth.username -}}
{{- $users := list (dict "name" $admin "password" .Values.auth.password "tags" "administrator") -}}
{{- $vhosts := list (dict "name" "/") -}}
{{- $permissions := list (dict "user" $admin "vhost" "/" "configure" ".*" "write" ".*" "read" ".*") -}}
{{- range $account := .Values.accounts -}}
{{- $users = append $users (dict "name" .user "password" .password "tags" "management") -}}
{{- $vhosts = append $vhosts (dict "name" .vhost) -}}
{{- range $user := list .user $admin -}}
{{- $permissions = append $permissions (dict "user" $user "vhost" $account.vhost "configure" ".*" "write" ".*" "read" ".*") -}}
{{- end -}}
{{- end -}}
{{- dict "users" $users "vhosts" $vhosts "permissions" $permissions | toPrettyJson -}}
{{- end }}
