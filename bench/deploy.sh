#!/bin/sh
# The deploy script that the specification describes, with its steps in the order it gives them. Runs in the app's
# directory, which holds docker-compose.yml, .env and .env.deploy.
set -e

[ -f .env ] || { echo "❌ .env missing"; exit 1; }
if [ -f .env.deploy ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in [A-Za-z0-9_]*=*) export "$line" ;; esac
  done < .env.deploy
  rm .env.deploy
fi

echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin
docker image prune -f
DISK_USAGE=$(df / --output=pcent | tail -1 | tr -dc '0-9')
if [ "$DISK_USAGE" -gt 80 ]; then
  docker system prune -af --volumes
fi
docker compose pull --policy always
docker compose up -d
docker image prune -f
docker system prune -f
