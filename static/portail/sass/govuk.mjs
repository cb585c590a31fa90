// The portal's own subset of govuk-frontend's scripts; bin/build-css bundles it
// into ../govuk.js. Everything works without it: it only makes forms lighter.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { Checkboxes } from 'govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs'
import { Radios } from 'govuk-frontend/dist/govuk/components/radios/radios.mjs'

// ARIA does not know aria-expanded on a radio or a checkbox; aria-controls stays.
const unexpanded = Base => class extends Base {
  syncConditionalRevealWithInputState ($input) {
    super.syncConditionalRevealWithInputState($input)
    $input.removeAttribute('aria-expanded')
  }
}

const components = [Button, unexpanded(Checkboxes), ErrorSummary, NotificationBanner, unexpanded(Radios)]

function start (scope) {
  for (const Component of components) {
    const selector = `[data-module="${Component.moduleName}"]:not([data-${Component.moduleName}-init])`
    const found = [...scope.querySelectorAll(selector)]
    if (scope instanceof Element && scope.matches(selector)) found.unshift(scope)
    for (const element of found) new Component(element)
  }
}

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
start(document)
// A fragment that htmx put into the page needs the same care as the page itself.
document.body.addEventListener('htmx:load', event => start(event.detail.elt))
