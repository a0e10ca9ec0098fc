{{- /* 连接 MySQL 的环境变量：以 tpl (readFile …) 引入 */ -}}
MYSQL_HOST: {{ .Values.mysql.host }}
MYSQL_PORT: {{ .Values.mysql.port | quote }}
MYSQL_USER: root
