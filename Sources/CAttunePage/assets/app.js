document.getElementById('app').textContent = 'Attune';
