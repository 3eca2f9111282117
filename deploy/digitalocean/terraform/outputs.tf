output "url" {
  description = "Where the site is."
  value       = "https://${local.domain}"
}

output "front_addresses" {
  description = "Machines with the front door; the first one runs beat."
  value       = digitalocean_droplet.front[*].ipv4_address
}

output "worker_addresses" {
  description = "Machines that analyse."
  value       = digitalocean_droplet.worker[*].ipv4_address
}

# The administrator of the cluster: from PostgreSQL 15 on nobody else may make tables in a database it owns.
output "database_url" {
  description = "Address of the database inside the private network."
  value = format(
    "postgresql://%s:%s@%s:%d/%s?sslmode=require",
    digitalocean_database_cluster.database.user,
    urlencode(digitalocean_database_cluster.database.password),
    digitalocean_database_cluster.database.private_host,
    digitalocean_database_cluster.database.port,
    digitalocean_database_db.rehearsal.name,
  )
  sensitive = true
}

output "redis_url" {
  description = "Address of Valkey inside the private network."
  value = format(
    "rediss://%s:%s@%s:%d/0?ssl_cert_reqs=required",
    digitalocean_database_cluster.queue.user,
    urlencode(digitalocean_database_cluster.queue.password),
    digitalocean_database_cluster.queue.private_host,
    digitalocean_database_cluster.queue.port,
  )
  sensitive = true
}

output "media_bucket" {
  description = "Bucket of the recordings."
  value       = digitalocean_spaces_bucket.media.name
}

output "backup_bucket" {
  description = "Bucket of the nightly backups."
  value       = digitalocean_spaces_bucket.backups.name
}

output "storage_endpoint" {
  description = "Server of both buckets."
  value       = "https://${var.region}.digitaloceanspaces.com"
}

output "storage_access_key" {
  description = "Key of the program for both buckets."
  value       = digitalocean_spaces_key.program.access_key
  sensitive   = true
}

output "storage_secret_key" {
  description = "Secret of that key."
  value       = digitalocean_spaces_key.program.secret_key
  sensitive   = true
}
