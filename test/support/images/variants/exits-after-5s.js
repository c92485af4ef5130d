// Preloaded: the app starts, serves and passes its health check, and then it dies.
setTimeout(() => {
  console.error('FATAL: lost the connection to the queue')
  process.exit(1)
}, 5000)
