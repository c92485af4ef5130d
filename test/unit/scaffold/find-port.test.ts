import { expect, test } from 'vitest'
import { readDockerfile } from '../../../src/scaffold/read-dockerfile.ts'

test.each([
  ['EXPOSE 4000\nCMD ["gunicorn", "-b", "0.0.0.0:8000"]', 4000, false],
  ['CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]', 8000, false],
  ['CMD gunicorn --bind=:9000 app:app', 9000, false],
  ['CMD uvicorn app:app --host 0.0.0.0 --port 8080', 8080, false],
  ['ENTRYPOINT ["python", "manage.py", "runserver", "0.0.0.0:8001"]', 8001, false],
  ['ENV NODE_ENV=production PORT=5001\nCMD ["node", "x.js"]', 5001, false],
  ['ENV PORT 5002\nCMD ["node", "x.js"]', 5002, false],
  ['CMD ["uvicorn", "app:app"]', 8000, true],
  ['CMD ["npx", "next", "start"]', 3000, true],
  ['CMD ["flask", "run"]', 5000, true],
])('the port of %j is %i', (text, port, isGuess) => {
  expect(readDockerfile(`FROM scratch\n${text}\n`).port).toEqual({ port, isGuess })
})

test('the port of an image of nginx is its own', () => {
  expect(readDockerfile('FROM node AS build\nFROM nginx:1.28\n').port).toEqual({ port: 80, isGuess: true })
})

test('nothing names a port', () => {
  expect(readDockerfile('FROM node\nCMD ["node", "a.js"]\n').port).toBeUndefined()
})
