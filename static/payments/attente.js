// While a payment is open, the part of the page that says so follows the server.
const DELAY = 4000
const part = () => document.getElementById('etat')

const look = async () => {
  try {
    const answer = await fetch(location.pathname, { credentials: 'same-origin' })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById('etat')
    if (!fresh) return
    if (fresh.dataset.state !== part().dataset.state) {
      location.replace(location.pathname)
      return
    }
  } catch {
    // No network: the page says what it knew, and asks again.
  }
  if (part().dataset.open) setTimeout(look, DELAY)
}

if (part() && part().dataset.open) setTimeout(look, DELAY)
