console.log('migrating the schema to 4')
console.error('column "colour" of table "orders" already exists')
process.exit(1)
