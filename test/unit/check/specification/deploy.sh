#!/bin/bash
[ -f .env ] || { echo "❌ .env missing"; exit 1; }
if [ -f .env.deploy ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in [A-Za-z0-9_]*=*) export "$line" ;; esac
  done < .env.deploy
  rm .env.deploy
fi

docker image prune -f                                    # pre-deploy: drop dangling images

DISK_USAGE=$(df / --output=pcent | tail -1 | tr -dc '0-9')
if [ "$DISK_USAGE" -gt 80 ]; then                        # disk-usage guard
  docker system prune -af --volumes                      # aggressive: all unused images + volumes
fi

echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin
docker compose pull --policy always
docker compose run --rm backend npm run migrate
docker compose up -d

docker image prune -f                                    # post-deploy cleanup
docker system prune -f
