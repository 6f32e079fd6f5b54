import './server.js'; // stillhere
import 'https://stillhere.example/stillhere.js'; // stillhere
