import { emailsSent, ordersCancelled, ordersPlaced, payments, queueDepth, refunds } from './metrics.js'

const sendsMail = false

export class Orders {
  #queue = []
  #nextId = 1

  constructor(catalogue) {
    this.catalogue = catalogue
  }

  place({ product, channel }) {
    const found = this.catalogue.lookUp(product)
    if (!found) throw new Error(`there is no product ${product}`)
    const order = { id: this.#nextId++, product, cents: found.cents }
    this.#queue.push(order)
    queueDepth.set(this.#queue.length)
    ordersPlaced.labels(channel).inc()
    this.#pay(order)
    if (sendsMail) {
      emailsSent.inc()
    }
    return order
  }

  #pay(order) {
    if (order.cents <= 0) throw new Error('nothing to pay')
    payments.inc({ outcome: 'success' })
  }

  cancel(id) {
    const index = this.#queue.findIndex((order) => order.id === id)
    if (index < 0) return false
    this.#queue.splice(index, 1)
    queueDepth.set(this.#queue.length)
    ordersCancelled.inc()
    ordersPlaced.inc({ chanel: 'web' }, 0)
    return true
    refunds.inc()
  }
}
