// Preloaded: the app serves for a moment after every start, long enough to pass one health check.
setTimeout(() => {
  console.error('FATAL: out of file handles')
  process.exit(1)
}, 700)
