locals {
  # What a machine is told at its birth; no secret is in it (cloud-init.yaml). ROLE is put in below.
  blank      = file("${path.module}/../cloud-init.yaml")
  with_site  = replace(replace(local.blank, "@DOMAIN@", local.domain), "@EMAIL@", var.email)
  with_code  = replace(replace(local.with_site, "@REPOSITORY@", var.repository), "@VERSION@", var.release)
  cloud_init = replace(local.with_code, "@CALLERS@", var.network)
}

data "digitalocean_ssh_key" "administrator" {
  for_each = toset(var.ssh_keys)
  name     = each.value
}

resource "digitalocean_droplet" "front" {
  count      = var.front_count
  name       = "${var.name}-front-${count.index + 1}"
  image      = "ubuntu-24-04-x64"
  size       = var.front_size
  region     = var.region
  vpc_uuid   = digitalocean_vpc.inside.id
  ssh_keys   = [for key in data.digitalocean_ssh_key.administrator : key.id]
  monitoring = true
  user_data  = replace(local.cloud_init, "@ROLE@", "front")

  # A new release is an upgrade (upgrade.sh), not a new machine.
  lifecycle {
    ignore_changes = [user_data, image]
  }
}

resource "digitalocean_droplet" "worker" {
  count      = var.worker_count
  name       = "${var.name}-worker-${count.index + 1}"
  image      = "ubuntu-24-04-x64"
  size       = var.worker_size
  region     = var.region
  vpc_uuid   = digitalocean_vpc.inside.id
  ssh_keys   = [for key in data.digitalocean_ssh_key.administrator : key.id]
  monitoring = true
  user_data  = replace(local.cloud_init, "@ROLE@", "worker")

  lifecycle {
    ignore_changes = [user_data, image]
  }
}

resource "digitalocean_project" "rehearsal" {
  name        = var.name
  description = "Rehearsal at ${local.domain}"
  purpose     = "Web Application"
  environment = "Production"
  resources = concat(
    digitalocean_droplet.front[*].urn,
    digitalocean_droplet.worker[*].urn,
    [
      digitalocean_database_cluster.database.urn,
      digitalocean_database_cluster.queue.urn,
      digitalocean_loadbalancer.door.urn,
      digitalocean_spaces_bucket.media.urn,
      digitalocean_spaces_bucket.backups.urn,
    ],
  )
}
