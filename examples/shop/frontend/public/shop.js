/* global document, setInterval */
const backend = document.querySelector('#backend')
const orders = document.querySelector('#orders')

await refresh()
setInterval(refresh, 1000)

async function refresh() {
  try {
    const { version } = await fetchJson('/api/version')
    const lines = await fetchJson('/api/orders')
    backend.textContent = version
    orders.replaceChildren(...lines.map(toListItem))
  } catch (error) {
    backend.textContent = `no answer (${error.message})`
  }
}

async function fetchJson(path) {
  const response = await fetch(path)
  if (!response.ok) throw new Error(String(response.status))
  return response.json()
}

function toListItem(order) {
  const item = document.createElement('li')
  item.textContent = order.item ?? JSON.stringify(order)
  return item
}
