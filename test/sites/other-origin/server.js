self.stillhereServer = 'https://stillhere.example';
