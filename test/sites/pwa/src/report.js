import 'stillhere/element'; // stillhere

document.querySelector('time').textContent = new Date().getFullYear();
