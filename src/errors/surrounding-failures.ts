import { EXIT } from './exit-code.ts'

/** Failures for what the server has or lacks, apart from the app; part of the catalogue. */
export const surroundingFailures = {
  PORT_TAKEN: {
    title: 'A port that the app publishes is already in use on the server.',
    hint: 'Find the process on the server: `sudo ss -ltnp`.',
    exitCode: EXIT.failedOldServing,
  },
  EXTERNAL_MISSING: {
    title: 'A network, volume or container that the compose file expects does not exist on the server.',
    hint: 'Create it on the server: `docker network create NAME` or `docker volume create NAME`.',
    exitCode: EXIT.precondition,
  },
  NAME_TAKEN: {
    title:
      'Another container on the server has the `container_name` of a service, or another network the name of one of the app.',
    hint: 'Remove the name from the compose file, or the other container or network from the server.',
    exitCode: EXIT.precondition,
  },
  SUBNET_TAKEN: {
    title: 'A subnet or fixed address in the compose file cannot be used on the server.',
    hint: 'Choose another `subnet` in the compose file, or leave the choice to Docker. `docker network inspect NAME` on the server shows the others.',
    exitCode: EXIT.precondition,
  },
  MOUNT_MISSING: {
    title: 'A file, directory or device that a service needs does not exist on the server.',
    hint: 'Put it on the server, or correct the path in the compose file.',
    exitCode: EXIT.precondition,
  },
  TASK_NO_HOST: {
    title: 'No host of the deploy runs the service of a task.',
    hint: 'Deploy to the host that runs it as well, or name a service of another host for the task in dray.yml.',
    exitCode: EXIT.precondition,
  },
  SERVICES_APART: {
    title: 'A service needs the container of a service that runs on other hosts.',
    hint: 'Put both in the `services` of the same host in dray.yml.',
    exitCode: EXIT.precondition,
  },
  RESOURCE_MISSING: {
    title: 'A service asks for more CPUs, or for another runtime, than the server has.',
    hint: 'Correct the limit or the runtime in the compose file.',
    exitCode: EXIT.precondition,
  },
}
