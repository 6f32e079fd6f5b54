// What the portfolio's pages load. Confidential pages carry the element; the others only deliver what may still wait.
import '../heartbeat-element.ts';
import { deliverWaiting } from '../start-heartbeat.ts';

if (!document.querySelector('session-heartbeat')) void deliverWaiting();
