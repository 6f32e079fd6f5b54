import { stillhere } from 'stillhere/server'; // stillhere

const gate = stillhere({ protect: ['/report/'] }); // stillhere
export const onRequest = ({ request, clientAddress }, next) => gate.fetch(request, next, clientAddress); // stillhere
