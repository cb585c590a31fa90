// For agents' pages and pages to print. Nothing here is needed to do the work.
(() => {
  for (const part of document.querySelectorAll('[data-needs-js]')) part.hidden = false
  for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => window.print())

  // How many boxes of that name are ticked, in the sentence that fits; # is the number.
  const count = () => {
    for (const note of document.querySelectorAll('[data-count]')) {
      const ticked = document.querySelectorAll(`input[type=checkbox][name="${note.dataset.count}"]:checked`).length
      note.textContent = [note.dataset.none, note.dataset.one][ticked] || note.dataset.many.replace('#', ticked)
    }
  }
  count()
  window.addEventListener('pageshow', count) // the browser may tick them again after « back »

  // « Tout cocher »: a box that ticks every box of the same form with that name.
  document.addEventListener('change', event => {
    const name = event.target.dataset && event.target.dataset.selectAll
    if (name) {
      for (const box of event.target.form.querySelectorAll(`input[type=checkbox][name="${name}"]:not(:disabled)`)) {
        box.checked = event.target.checked
      }
    }
    count()
  })

  // When htmx replaced what had the focus, the keyboard would start again at the
  // top of the page: go to the errors, else to what the fragment points at.
  document.addEventListener('htmx:afterSettle', event => {
    const place = event.detail.elt
    if (document.activeElement && document.activeElement !== document.body) return
    const target = place.querySelector('.govuk-error-summary, [data-focus]') || (place.matches('[data-focus]') && place)
    if (!target) return
    if (!target.hasAttribute('tabindex')) target.tabIndex = -1
    target.focus()
  })

  // A request that failed must not look as if nothing had happened.
  const tell = () => {
    const note = document.getElementById('echec')
    if (note) note.hidden = false
  }
  document.addEventListener('htmx:sendError', tell)
  document.addEventListener('htmx:responseError', tell)
  document.addEventListener('htmx:afterRequest', event => {
    const note = document.getElementById('echec')
    if (note && event.detail.successful) note.hidden = true
  })
})()
