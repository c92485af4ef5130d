console.log('shop backend is starting')
console.error('FATAL: SESSION_KEY is not set')
process.exit(1)
