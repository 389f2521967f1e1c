/** Every workflow type a worker of ours runs: what the bundle is made of. */
export { orderToCash } from './order/order-to-cash';
export { posting } from './posting/posting';
export { publishing } from './publishing/publishing';
export { watchdog } from './watchdog/watchdog';
