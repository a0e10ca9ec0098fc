{{- /* 连接 Redis 的环境变量 */ -}}
REDIS_HOST: {{ .Values.redis.host }}
REDIS_PORT: {{ .Values.redis.port | quote }}
