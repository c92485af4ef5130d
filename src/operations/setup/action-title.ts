import type { SetupAction } from './setup-plan.ts'

/** An action in a few words: `Install docker-ce and docker-ce-cli`. */
export function actionTitle(action: SetupAction): string {
  switch (action.kind) {
    case 'write-daemon-config':
      return `${action.isNew ? 'Write' : 'Extend'} /etc/docker/daemon.json: log size limits`
    case 'add-repository':
      return `Add Docker's apt repository for ${action.distribution} ${action.codename}`
    case 'install-packages':
      return `Install ${action.packages.join(', ')}`
    case 'start-docker':
      return 'Enable and start Docker'
    case 'restart-docker':
      return 'Restart Docker'
    case 'join-docker-group':
      return `Add ${action.user} to the group docker`
    case 'make-directory':
      return `Create ${action.path} for ${action.user}`
    case 'write-env-file':
      return `Write ${action.path}, mode 600`
  }
}
