importScripts('server.js', 'https://stillhere.example/stillhere-sw.js'); // stillhere
